namespace VideoExpress.Jobs.Fetch;

/// <summary>A file to fetch.</summary>
/// <param name="Label">What messages call it: <c>clip 2</c>.</param>
/// <param name="Url">Where it is.</param>
/// <param name="DestinationPath">Where to put it; its folder exists.</param>
public sealed record FetchItem(string Label, Uri Url, string DestinationPath);

/// <summary>A file that was fetched whole.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">Its length.</param>
public sealed record FetchedFile(string Path, long Bytes);
