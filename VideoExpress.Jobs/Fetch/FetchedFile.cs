namespace VideoExpress.Jobs.Fetch;

/// <summary>A file that was fetched whole.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">Its length.</param>
public sealed record FetchedFile(string Path, long Bytes);
