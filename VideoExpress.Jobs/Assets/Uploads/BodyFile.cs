using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Assets.Uploads;

/// <summary>A body that comes in one piece, on its way to be an asset; gone when this is disposed.</summary>
/// <param name="Id">The id of the asset that it will be.</param>
/// <param name="Path">Where it is.</param>
/// <param name="MaxBytes">What may be taken.</param>
/// <param name="Room">The room for it.</param>
internal sealed record BodyFile(Guid Id, string Path, long MaxBytes, UploadRoom Room) : IDisposable
{
    /// <summary>Takes all of <paramref name="body"/>.</summary>
    /// <param name="body">What it throws passes unchanged.</param>
    /// <param name="atLeast">What the client says it holds at least, in bytes; refused before it is read when that is too much.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="UploadTooLargeException">It holds more.</exception>
    /// <exception cref="StoreException">A disk is nearly full, or fails.</exception>
    public async Task ReceiveAsync(Stream body, long atLeast, CancellationToken cancellationToken)
    {
        if (atLeast > MaxBytes)
        {
            throw new UploadTooLargeException(MaxBytes);
        }

        Room.Require(atLeast, atLeast);
        await using var file = UploadFile.Open(Path, Room);
        await file.AppendAsync(body, MaxBytes, hash: null, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => File.Delete(Path);
}
