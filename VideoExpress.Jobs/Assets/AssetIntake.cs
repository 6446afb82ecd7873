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
        var format = examined.Format;
        var key = StoreKey.Asset(assetId, $"source.{format.Extension}");
        var thumbnail = examined.Thumbnail is null ? default(StoreKey?) : StoreKey.Asset(assetId, "thumbnail.jpg");
        name ??= $"{format.Kind.Word()}.{format.Extension}";
        try
        {
            var (sha256, bytes) = await PutAsync(key, path, format.ContentType, AssetName.ForSaving(name, $".{format.Extension}"), cancellationToken);
            if (thumbnail is { } small)
            {
                await PutAsync(small, new MemoryStream(examined.Thumbnail!), new NewObject(examined.Thumbnail!.Length, "image/jpeg"), cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            return Insert(new Asset
            {
                Id = assetId,
                Name = name,
                Kind = format.Kind,
                Key = key,
                ContentType = format.ContentType,
                Bytes = bytes,
                Sha256 = sha256,
                Facts = examined.Facts,
                ThumbnailKey = thumbnail,
                CreatedAt = time.GetUtcNow(),
                Trash = null,
            });
        }
        catch (Exception)
        {
            await RemoveAsync(assetId, [key, .. thumbnail is { } put ? new[] { put } : []]);
            throw;
        }
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

    private async Task RemoveAsync(Guid assetId, IEnumerable<StoreKey> keys)
    {
        foreach (var key in keys)
        {
            try
            {
                await store.DeleteAsync(key, CancellationToken.None);
            }
            catch (StoreException left)
            {
                LogLeft(left, assetId); // the scrub finds it: no row names it
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Asset {AssetId} taken in: {Kind}, {Bytes} bytes")]
    private partial void LogTaken(Guid assetId, AssetKind kind, long bytes);

    [LoggerMessage(LogLevel.Warning, "A file of asset {AssetId}, which was not taken in, stays in the store")]
    private partial void LogLeft(Exception exception, Guid assetId);
}
