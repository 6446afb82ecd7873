using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Assets;

/// <summary>Makes an asset of a file: examined, put into the store, and only then a row, in one commit.</summary>
internal sealed partial class AssetIntake(
    SQLiteStorage storage, IObjectStore store, AssetExaminer examiner, TimeProvider time, ILogger<AssetIntake> logger)
{
    /// <summary>Takes a file in. Should it fail, nothing of it stays in the store; the file itself is left alone.</summary>
    /// <param name="assetId">The asset's id; the same file under the same id is taken in once.</param>
    /// <param name="path">The file.</param>
    /// <param name="name">What its owner calls it, see <see cref="AssetName"/>; null: nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidFieldsException">It is no media that can be read.</exception>
    /// <exception cref="JobException">It could not be examined, or the store failed.</exception>
    public async Task<Asset> TakeAsync(Guid assetId, string path, string? name, CancellationToken cancellationToken)
    {
        var examined = await examiner.ExamineAsync(path, cancellationToken);
        var (kind, extension, contentType) = examined.Format;
        var asset = new Asset
        {
            Id = assetId,
            Name = name ?? $"{kind.Word()}.{extension}",
            Kind = kind,
            Key = StoreKey.Asset(assetId, $"source.{extension}"),
            ContentType = contentType,
            Bytes = new FileInfo(path).Length,
            Sha256 = "",
            Facts = examined.Facts,
            ThumbnailKey = examined.Thumbnail is null ? null : StoreKey.Asset(assetId, "thumbnail.jpg"),
            CreatedAt = time.GetUtcNow(),
            Trash = null,
        };
        try
        {
            var sha256 = await PutAsync(asset, path, examined.Thumbnail, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return Insert(asset with { Sha256 = sha256 });
        }
        catch
        {
            await RemoveAsync(asset);
            throw;
        }
    }

    private async Task<string> PutAsync(Asset asset, string path, byte[]? thumbnail, CancellationToken cancellationToken)
    {
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var what = new NewObject(asset.Bytes, asset.ContentType) { DownloadName = asset.DownloadName };
        var sha256 = await store.PutAsync(asset.Key, content, what, cancellationToken);
        if (asset.ThumbnailKey is { } key)
        {
            await store.PutAsync(key, new MemoryStream(thumbnail!), new NewObject(thumbnail!.Length, "image/jpeg"), cancellationToken);
        }

        return sha256;
    }

    private Asset Insert(Asset asset)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        Db db = unitOfWork;
        db.InsertAsset(asset);
        var taken = db.FindAsset(asset.Id)!;
        unitOfWork.Commit();
        LogTaken(asset.Id, asset.Kind, asset.Bytes);
        return taken;
    }

    private async Task RemoveAsync(Asset asset)
    {
        try
        {
            await store.DeleteAsync(asset.Key, CancellationToken.None);
            if (asset.ThumbnailKey is { } key)
            {
                await store.DeleteAsync(key, CancellationToken.None);
            }
        }
        catch (StoreException left)
        {
            LogLeft(left, asset.Id); // the scrub finds it: no row names it
        }
    }

    [LoggerMessage(LogLevel.Information, "Asset {AssetId} taken in: {Kind}, {Bytes} bytes")]
    private partial void LogTaken(Guid assetId, AssetKind kind, long bytes);

    [LoggerMessage(LogLevel.Warning, "A file of asset {AssetId}, which was not taken in, stays in the store")]
    private partial void LogLeft(Exception exception, Guid assetId);
}
