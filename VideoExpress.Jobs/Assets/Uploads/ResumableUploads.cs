using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs.Assets.Uploads;

/// <summary>
/// Uploads that come in pieces and survive broken connections and the end of this process. Once the last byte is here, the upload becomes
/// the asset of the same id; that happens once, whoever asks for it and however often it is interrupted.
/// </summary>
internal sealed class ResumableUploads(
    UploadFolder folder, AssetIntake intake, AssetDesk assets, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private readonly ConcurrentDictionary<Guid, byte> _turns = new();
    private readonly ConcurrentDictionary<Guid, Lazy<Task<Asset?>>> _finishing = new();

    /// <summary>Begins an upload; durable when this returns.</summary>
    /// <param name="length">Bytes of the whole, 1 or more.</param>
    /// <param name="name">See <see cref="AssetName"/>; null: none.</param>
    /// <param name="metadata">The client's own text.</param>
    /// <exception cref="UploadTooLargeException">It is longer than <see cref="AssetSettings.MaxBytes"/>.</exception>
    /// <exception cref="StoreException">The disk has no room for it, or fails.</exception>
    public Upload Create(long length, string? name, string? metadata)
    {
        if (length > folder.MaxBytes)
        {
            throw new UploadTooLargeException(folder.MaxBytes);
        }

        folder.Room.Require(length, length);
        var upload = new Upload(Ids.New(time), length, name, metadata);
        folder.Write(upload);
        return folder.Find(upload.Id)!;
    }

    /// <summary>An upload that is neither an asset yet nor over its time; null when there is none of that id.</summary>
    public Upload? Find(Guid uploadId) => folder.Find(uploadId) is { } upload && upload.ExpiresAt > time.GetUtcNow() ? upload : null;

    /// <summary>Writes a piece on. What arrives before the body breaks off is kept, unless a checksum was to tell whether it is good.</summary>
    /// <param name="uploadId">The upload.</param>
    /// <param name="offset">Where the piece belongs: at the upload's end.</param>
    /// <param name="body">What it throws passes unchanged.</param>
    /// <param name="checksum">What the piece must have; null for none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The upload as it stands afterwards; null when there is none of that id.</returns>
    /// <exception cref="UploadBusyException">Another request is at it.</exception>
    /// <exception cref="UploadOffsetException">Its end is elsewhere.</exception>
    /// <exception cref="UploadChecksumException">The piece has another checksum; nothing of it was kept.</exception>
    /// <exception cref="UploadTooLargeException">The piece reaches beyond the upload's length; nothing of it was kept.</exception>
    /// <exception cref="StoreException">The disk is nearly full, or fails.</exception>
    public async Task<Upload?> AppendAsync(
        Guid uploadId, long offset, Stream body, UploadChecksum? checksum, CancellationToken cancellationToken)
    {
        using var turn = Turn(uploadId);
        if (Find(uploadId) is not { Refusal: null } upload)
        {
            return null;
        }

        if (upload.Offset != offset)
        {
            throw new UploadOffsetException(upload.Offset);
        }

        await using (var file = UploadFile.Open(folder.BytesPath(uploadId), folder.Room))
        {
            Mark(file, upload, checksum is not null);
            await AppendAsync(file, upload.Length, body, checksum, cancellationToken);
        }

        if (checksum is not null)
        {
            folder.Write(upload with { Verified = null });
        }

        return Find(uploadId);
    }

    /// <summary>Makes the asset of a complete upload, or waits for whoever does; it goes on when the caller is gone.</summary>
    /// <returns>The asset; null when there is neither a complete upload nor an asset of that id.</returns>
    /// <exception cref="InvalidFieldsException">The file is no media that can be read; the upload keeps that answer until its time is over.</exception>
    /// <exception cref="UploadBusyException">Another request is at it.</exception>
    /// <exception cref="JobException">It could not be done now; it can be asked for again.</exception>
    public Task<Asset?> FinishAsync(Guid uploadId, CancellationToken cancellationToken) =>
        _finishing.GetOrAdd(uploadId, id => new Lazy<Task<Asset?>>(() => FinishAsync(id))).Value.WaitAsync(cancellationToken);

    /// <summary>Removes an upload with all that is here of it; one that is not there is no error.</summary>
    /// <exception cref="UploadBusyException">Another request is at it.</exception>
    public void Terminate(Guid uploadId)
    {
        using var turn = Turn(uploadId);
        folder.Remove(uploadId);
    }

    /// <summary>Removes uploads whose time is over, but for those that are being written.</summary>
    /// <returns>How many were removed.</returns>
    public int SweepUploads(CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var upload in folder.All())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (upload.ExpiresAt <= time.GetUtcNow() && _turns.TryAdd(upload.Id, 0))
            {
                using var turn = new Holder(this, upload.Id);
                folder.Remove(upload.Id);
                removed++;
            }
        }

        return removed;
    }

    /// <summary>The uploads that are complete and not yet assets: the process ended in between.</summary>
    public IReadOnlyList<Guid> Complete() =>
        [.. folder.All().Where(upload => upload.IsComplete).Select(upload => upload.Id)];

    /// <summary>Takes away what an end of the process left unverified, and writes down where a piece begins that is yet to be verified.</summary>
    private void Mark(UploadFile file, Upload upload, bool hasChecksum)
    {
        if (file.Length > upload.Offset)
        {
            file.Truncate(upload.Offset);
            file.Flush(time.GetUtcNow());
        }

        var marked = upload with { Verified = hasChecksum ? upload.Offset : null };
        if (marked.Verified != upload.Verified)
        {
            folder.Write(marked);
        }
    }

    private async Task AppendAsync(UploadFile file, long length, Stream body, UploadChecksum? checksum, CancellationToken cancellationToken)
    {
        var offset = file.Length;
        using var hash = checksum is null ? null : IncrementalHash.CreateHash(checksum.Algorithm);
        try
        {
            await file.AppendAsync(body, length, hash, cancellationToken);
            if (checksum is not null && !hash!.GetHashAndReset().AsSpan().SequenceEqual(checksum.Value))
            {
                throw new UploadChecksumException();
            }
        }
        catch (Exception error) when (checksum is not null || error is UploadTooLargeException)
        {
            file.Truncate(offset);
            throw;
        }
        finally
        {
            file.Flush(time.GetUtcNow());
        }
    }

    private async Task<Asset?> FinishAsync(Guid uploadId)
    {
        await Task.Yield(); // the entry is to be there before it is taken out
        try
        {
            using var turn = Turn(uploadId);
            return await TakeAsync(uploadId, lifetime.ApplicationStopping);
        }
        finally
        {
            _finishing.TryRemove(uploadId, out _);
        }
    }

    private async Task<Asset?> TakeAsync(Guid uploadId, CancellationToken cancellationToken)
    {
        var upload = folder.Find(uploadId); // also one that is over its time: all of it is here
        if (assets.Find(uploadId) is { } asset)
        {
            folder.Remove(uploadId);
            return asset;
        }

        if (upload?.Refusal is { } refusal)
        {
            throw AssetExaminer.Refused(refusal);
        }

        if (upload is not { IsComplete: true })
        {
            return null;
        }

        try
        {
            asset = await intake.TakeAsync(uploadId, folder.BytesPath(uploadId), upload.Name, cancellationToken);
        }
        catch (InvalidFieldsException wrong)
        {
            folder.Refuse(upload, wrong.Errors.ToDictionary()[AssetExaminer.Field][0]);
            throw;
        }

        folder.Remove(uploadId);
        return asset;
    }

    private Holder Turn(Guid uploadId) =>
        _turns.TryAdd(uploadId, 0) ? new Holder(this, uploadId) : throw new UploadBusyException();

    private sealed class Holder(ResumableUploads uploads, Guid uploadId) : IDisposable
    {
        public void Dispose() => uploads._turns.TryRemove(uploadId, out _);
    }
}
