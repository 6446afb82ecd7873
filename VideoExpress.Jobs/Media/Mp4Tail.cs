using System.Buffers.Binary;

namespace VideoExpress.Jobs.Media;

/// <summary>
/// The end of an MP4 file, where boxes of one's own can be put (ISO/IEC 14496-12, 11.1): players pass over a <c>uuid</c> box that they
/// do not know, and nothing before it moves, so the file's index stays true.
/// </summary>
internal static class Mp4Tail
{
    private const int Header = 8;
    private const int UuidBytes = 16;

    // Of files in fragments, the index of which is looked for at their very end (mfra).
    private static readonly string[] Fragments = ["moof", "mfra", "sidx", "styp"];

    /// <summary>A whole <c>uuid</c> box.</summary>
    public static byte[] UuidBox(Guid id, ReadOnlySpan<byte> content)
    {
        var box = new byte[Header + UuidBytes + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        "uuid"u8.CopyTo(box.AsSpan(4));
        id.TryWriteBytes(box.AsSpan(Header), bigEndian: true, out _);
        content.CopyTo(box.AsSpan(Header + UuidBytes));
        return box;
    }

    /// <summary>Puts <paramref name="boxes"/> at the file's end; all that was in it stays as it is.</summary>
    /// <returns>Why it was not done, to follow "since"; null when it was.</returns>
    public static async Task<string?> AppendAsync(string path, ReadOnlyMemory<byte> boxes, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 4096, useAsync: true);
        try
        {
            if (await WhyClosedAsync(file, cancellationToken) is { } reason)
            {
                return reason;
            }
        }
        catch (InvalidDataException wrong)
        {
            return wrong.Message;
        }

        file.Position = file.Length;
        await file.WriteAsync(boxes, cancellationToken);
        return null;
    }

    private static async Task<string?> WhyClosedAsync(Stream file, CancellationToken cancellationToken)
    {
        var last = default(Mp4Box);
        await foreach (var box in Mp4Boxes.ReadAsync(file, cancellationToken))
        {
            if (box.Start == 0 && box.Type != "ftyp")
            {
                return "it is no MP4 file";
            }

            if (Fragments.Contains(box.Type))
            {
                return "it is in fragments";
            }

            last = box;
        }

        return last switch
        {
            { Type: null } => "it is no MP4 file",
            { Size: 0 } => "its last box has no end",
            _ when last.Start + last.Size != file.Length => "something that is no box stands at its end",
            _ => null,
        };
    }
}
