using System.Diagnostics.CodeAnalysis;
using System.Text;
using VideoExpress.Tests.Storage.Crash;

namespace VideoExpress.Tests.Storage.PowerLoss;

/// <summary>
/// Writes down what SQLite does to its files, and between it what the storage's callers were told. A write is recorded before it is done
/// and a sync after, so nothing ever counts as synced that is not.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as its process, which is killed.")]
internal sealed class DiskRecorder(string path) : IDiskObserver
{
    private readonly Lock _gate = new();
    private readonly FileStream _trace = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public void Writing(DiskFile file, long offset, ReadOnlySpan<byte> bytes) => Add(DiskEventKind.Write, file, offset, bytes);

    public void Truncating(DiskFile file, long size) => Add(DiskEventKind.Truncate, file, size, []);

    public void Syncing(DiskFile file) => Add(DiskEventKind.SyncBegun, file, 0, []);

    public void Synced(DiskFile file) => Add(DiskEventKind.SyncEnded, file, 0, []);

    public void Report(string text) => Add(DiskEventKind.Report, default, 0, Encoding.UTF8.GetBytes(text));

    private void Add(DiskEventKind kind, DiskFile file, long offset, ReadOnlySpan<byte> bytes)
    {
        var buffer = new MemoryStream(bytes.Length + 16);
        using var writer = new BinaryWriter(buffer);
        new DiskEvent(kind, file, offset, bytes.ToArray()).WriteTo(writer);
        lock (_gate)
        {
            _trace.Write(buffer.GetBuffer(), 0, (int)buffer.Length);
        }
    }
}
