using VideoExpress.Tests.Storage.Crash;

namespace VideoExpress.Tests.Storage.PowerLoss;

internal enum DiskEventKind : byte
{
    /// <summary>Bytes are being handed to the system, which may put them on the disk at any later time, or not.</summary>
    Write,
    Truncate,
    SyncBegun,

    /// <summary>What was written before the sync began is on the disk.</summary>
    SyncEnded,

    /// <summary>A call has returned to the application, so what it did must outlive a power cut.</summary>
    Report,
}

/// <summary>One line of what a process did to its files and was told by the storage, in the order in which it happened.</summary>
internal sealed record DiskEvent(DiskEventKind Kind, DiskFile File, long Offset, byte[] Bytes)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes);

    public void WriteTo(BinaryWriter writer)
    {
        writer.Write((byte)Kind);
        writer.Write((byte)File);
        writer.Write(Offset);
        writer.Write(Bytes.Length);
        writer.Write(Bytes);
    }

    /// <summary>Everything that was written in full; the process may have ended in the middle of the last.</summary>
    public static List<DiskEvent> ReadAll(string path)
    {
        using var reader = new BinaryReader(System.IO.File.OpenRead(path));
        var events = new List<DiskEvent>();
        try
        {
            while (reader.BaseStream.Position < reader.BaseStream.Length)
            {
                var (kind, file, offset, length) =
                    ((DiskEventKind)reader.ReadByte(), (DiskFile)reader.ReadByte(), reader.ReadInt64(), reader.ReadInt32());
                var bytes = reader.ReadBytes(length);
                if (bytes.Length == length)
                {
                    events.Add(new DiskEvent(kind, file, offset, bytes));
                }
            }
        }
        catch (EndOfStreamException)
        {
            // The last one was cut.
        }

        return events;
    }
}
