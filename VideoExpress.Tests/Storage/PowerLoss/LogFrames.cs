using System.Buffers.Binary;

namespace VideoExpress.Tests.Storage.PowerLoss;

/// <summary>Where the frames of a write-ahead log end, by its format: https://www.sqlite.org/fileformat2.html#walformat.</summary>
internal static class LogFrames
{
    private const int HeaderLength = 32, FrameHeaderLength = 24;

    /// <summary>The ends of the header and of each frame of the log's present generation; frames of older ones may lie behind.</summary>
    public static List<int> Ends(byte[] log)
    {
        var frameLength = FrameHeaderLength + (int)BinaryPrimitives.ReadUInt32BigEndian(log.AsSpan(8));
        var salts = log.AsSpan(16, 8);
        var ends = new List<int> { HeaderLength };
        for (var at = HeaderLength; at + frameLength <= log.Length && log.AsSpan(at + 8, 8).SequenceEqual(salts); at += frameLength)
        {
            ends.Add(at + frameLength);
        }

        return ends;
    }
}
