namespace VideoExpress.Jobs.Store;

/// <summary>What is known of an object before it is stored.</summary>
/// <param name="Length">Bytes; content of another length is an error and nothing is stored.</param>
/// <param name="ContentType">A media type such as <c>video/mp4</c>.</param>
public sealed record NewObject(long Length, string ContentType)
{
    /// <summary>The sha256 of what was checked before, lower-case hex; other content is an error and nothing is stored. Null: any content.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The name that a bucket saves the object under where it is read without a signed URL; null: the key's.</summary>
    public string? DownloadName { get; init; }

    /// <summary>Told how many bytes were taken so far, on any thread; may be told the same number twice.</summary>
    public IProgress<long>? Progress { get; init; }
}
