using System.Buffers;
using System.Security.Cryptography;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.Folder;

namespace VideoExpress.Jobs.Assets.Uploads;

/// <summary>A file in the uploads folder that is being written. What has arrived stays in it, whatever ends the writing.</summary>
internal sealed class UploadFile : IAsyncDisposable
{
    private const int ChunkBytes = 256 << 10;

    // How much is written between two looks at the disk's free space.
    private const long RoomBytes = 32 << 20;

    private readonly FileStream _file;
    private readonly UploadRoom _room;

    private UploadFile(FileStream file, UploadRoom room) => (_file, _room) = (file, room);

    /// <summary>Its length, in bytes.</summary>
    public long Length => _file.Length;

    /// <summary>Opens a file to write on at its end, or makes it.</summary>
    /// <exception cref="StoreException">The disk is full or fails.</exception>
    public static UploadFile Open(string path, UploadRoom room) => DiskErrors.Explained(() =>
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
        file.Position = file.Length;
        return new UploadFile(file, room);
    });

    /// <summary>Writes a body on, to its end.</summary>
    /// <param name="body">Read once. What it throws passes unchanged; what came before it is in the file.</param>
    /// <param name="maxLength">What the file may hold afterwards, in bytes.</param>
    /// <param name="hash">Gets what is written; null for none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="UploadTooLargeException">The body holds more.</exception>
    /// <exception cref="StoreException">The disk is nearly full, or fails.</exception>
    public async Task AppendAsync(Stream body, long maxLength, IncrementalHash? hash, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var (length, checkedTo) = (Length, Length);
            while (await body.ReadAsync(buffer.AsMemory(0, ChunkBytes), cancellationToken) is var read and > 0)
            {
                length += read;
                if (length > maxLength)
                {
                    throw new UploadTooLargeException(maxLength);
                }

                if (length > checkedTo)
                {
                    var more = Math.Min(RoomBytes, maxLength - length + read);
                    _room.Require(more, length - read + more);
                    checkedTo = length + RoomBytes - ChunkBytes;
                }

                hash?.AppendData(buffer, 0, read);
                await DiskErrors.ExplainedAsync(async () =>
                {
                    await _file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    return true;
                });
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Takes back what was written beyond <paramref name="length"/>.</summary>
    public void Truncate(long length) => DiskErrors.Explained(() => _file.SetLength(length));

    /// <summary>Makes what is written durable, and dates it.</summary>
    public void Flush(DateTimeOffset date) => DiskErrors.Explained(() =>
    {
        File.SetLastWriteTimeUtc(_file.SafeFileHandle, date.UtcDateTime);
        _file.Flush(flushToDisk: true);
    });

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
