using System.Buffers;
using System.Security.Cryptography;
using VideoExpress.Web.Commands.Backup;

namespace VideoExpress.Web.Commands;

/// <summary>Files that only their owner may read.</summary>
internal static class PrivateFile
{
    private const int ChunkBytes = 256 << 10;

    /// <summary>A new file of mode 0600; one that is there is replaced.</summary>
    public static FileStream Create(string path)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Copies a file to the disk, and tells what was copied, under the name <paramref name="name"/>.</summary>
    public static async Task<ManifestFile> CopyAsync(string source, string target, string name, CancellationToken cancellationToken)
    {
        await using var from = File.OpenRead(source);
        await using var to = Create(target);
        var copied = await HashAsync(from, name, to, cancellationToken);
        to.Flush(flushToDisk: true);
        return copied;
    }

    /// <summary>Reads a file, and tells what it holds.</summary>
    public static async Task<ManifestFile> ReadAsync(string path, string name, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await HashAsync(file, name, Stream.Null, cancellationToken);
    }

    private static async Task<ManifestFile> HashAsync(Stream from, string name, Stream to, CancellationToken cancellationToken)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var bytes = 0L;
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
            {
                sha256.AppendData(buffer.AsSpan(0, read));
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                bytes += read;
            }

            return new ManifestFile(name, bytes, Convert.ToHexStringLower(sha256.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
