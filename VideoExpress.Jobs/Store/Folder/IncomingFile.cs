using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace VideoExpress.Jobs.Store.Folder;

/// <summary>
/// A file on its way into the local folder: written aside under a name that no key has, flushed, and only then moved to its place.
/// Whatever was not moved is gone when this is disposed.
/// </summary>
internal sealed class IncomingFile : IAsyncDisposable
{
    private const int ChunkBytes = 256 << 10;
    private readonly FileStream _file;
    private readonly string _place;

    private IncomingFile(FileStream file, string place) => (_file, _place) = (file, place);

    /// <summary>Opens a new file and claims its room on the disk.</summary>
    /// <param name="path">A name that no other has, in a folder that exists.</param>
    /// <param name="length">Bytes that it will have.</param>
    /// <param name="place"><see cref="FolderStore.Place"/>.</param>
    /// <exception cref="StoreException">The disk is full or fails.</exception>
    public static IncomingFile Create(string path, long length, string place)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            // Others may read and move it, but not open it exclusively: that is how a leftover is told from a file in use.
            Share = FileShare.Read | FileShare.Delete,
            Options = FileOptions.Asynchronous,
            PreallocationSize = length,
            BufferSize = 0,
        };
        return DiskErrors.Explained(() => new IncomingFile(new FileStream(path, options), place), place);
    }

    /// <summary>
    /// Deletes what an earlier process left in <paramref name="folder"/> and did not write to since <paramref name="writtenBefore"/>, but
    /// nothing that is open anywhere.
    /// </summary>
    /// <returns>How many files are gone.</returns>
    public static int RemoveLeftovers(string folder, DateTimeOffset writtenBefore)
    {
        var files = new DirectoryInfo(folder);
        return files.Exists
            ? files.EnumerateFiles().Where(file => file.LastWriteTimeUtc < writtenBefore).ToList().Count(file => TryRemove(file.FullName))
            : 0;
    }

    /// <summary>Takes all of <paramref name="content"/>, dates it, and flushes it to the disk.</summary>
    /// <returns>The content's sha256, in lower-case hex.</returns>
    /// <exception cref="StoreException">It has another length or hash, or the disk fails. What the content throws passes unchanged.</exception>
    public async Task<string> FillAsync(StoreKey key, Stream content, NewObject what, DateTimeOffset date, CancellationToken cancellationToken)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var taken = await CopyAsync(key, content, what, sha256, cancellationToken);
        if (taken != what.Length)
        {
            throw StoreException.WrongLength(key, what.Length, taken.ToString(CultureInfo.InvariantCulture));
        }

        var hash = Convert.ToHexStringLower(sha256.GetHashAndReset());
        if (what.Sha256 is not null && what.Sha256 != hash)
        {
            throw StoreException.OtherContent(key);
        }

        DiskErrors.Explained(() =>
        {
            File.SetLastWriteTimeUtc(_file.SafeFileHandle, date.UtcDateTime);
            _file.Flush(flushToDisk: true);
        }, _place);
        return hash;
    }

    /// <summary>Dates it later than the file that it replaces, if there is one: the date tells the two apart, whatever the clock does.</summary>
    public void DateAfter(string path)
    {
        var replaced = new FileInfo(path);
        if (replaced.Exists && replaced.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(_file.SafeFileHandle))
        {
            File.SetLastWriteTimeUtc(_file.SafeFileHandle, replaced.LastWriteTimeUtc.AddTicks(1));
        }
    }

    /// <summary>Moves it to its place, over what may be there.</summary>
    public void MoveTo(string path) => File.Move(_file.Name, path, overwrite: true);

    /// <summary>True when the file at <paramref name="path"/> holds the same bytes.</summary>
    public async Task<bool> EqualsAsync(string path, CancellationToken cancellationToken)
    {
        await using var other = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        _file.Position = 0;
        return other.Length == _file.Length && await SameBytes.CompareAsync(_file, other, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        File.Delete(_file.Name);
    }

    private static bool TryRemove(string path)
    {
        try
        {
            using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
            }

            File.Delete(path);
            return true;
        }
        catch (IOException)
        {
            // In use by another process, or gone already.
            return false;
        }
    }

    private async Task<long> CopyAsync(
        StoreKey key, Stream content, NewObject what, IncrementalHash sha256, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var taken = 0L;
            int read;
            while ((read = await content.ReadAsync(buffer.AsMemory(0, ChunkBytes), cancellationToken)) > 0)
            {
                taken += read;
                if (taken > what.Length)
                {
                    throw StoreException.WrongLength(key, what.Length, "more");
                }

                sha256.AppendData(buffer.AsSpan(0, read));

                await DiskErrors.ExplainedAsync(async () =>
                {
                    await _file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    return true;
                }, _place);
                what.Progress?.Report(taken);
            }

            return taken;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
