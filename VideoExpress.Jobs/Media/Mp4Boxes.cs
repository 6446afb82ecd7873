using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace VideoExpress.Jobs.Media;

/// <summary>The outermost boxes of an MP4 file (ISO/IEC 14496-12, 4.2).</summary>
internal static class Mp4Boxes
{
    /// <summary>More than any recording has: a day in fragments of two seconds, each of two boxes, has 86 400.</summary>
    public const int MaxBoxes = 100_000;

    private const int Header = 8;
    private const int LongHeader = 16;

    private static readonly string[] Essential = ["moov", "mdat", "moof"];

    /// <summary>
    /// The boxes as their headers tell, one at a time. It ends with the first whose size cannot be true: what lies behind it, if
    /// anything, is no box.
    /// </summary>
    /// <exception cref="InvalidDataException">There are more than <see cref="MaxBoxes"/>; the message says so, to follow "since".</exception>
    public static async IAsyncEnumerable<Mp4Box> ReadAsync(Stream file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var header = new byte[LongHeader];
        var (count, length) = (0, file.Length);
        for (long at = 0; at < length;)
        {
            if (++count > MaxBoxes)
            {
                throw new InvalidDataException($"it has more than {MaxBoxes} boxes");
            }

            file.Position = at;
            var read = await file.ReadAtLeastAsync(header, LongHeader, throwOnEndOfStream: false, cancellationToken);
            if (read < Header)
            {
                yield break;
            }

            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size == 1 && read == LongHeader)
            {
                size = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(Header));
            }

            yield return new Mp4Box(Encoding.ASCII.GetString(header, 4, 4), at, size);
            if (size < Header || size > length - at)
            {
                yield break;
            }

            at += size;
        }
    }

    /// <summary>
    /// False when a box with content reaches beyond the file's end: the download or recording was cut off. ffmpeg reads such
    /// files without an error and ends early. What some cameras leave behind the last box is no matter.
    /// </summary>
    public static async Task<bool> AreCompleteAsync(Stream file, CancellationToken cancellationToken)
    {
        await foreach (var box in ReadAsync(file, cancellationToken))
        {
            if (box.Size > file.Length - box.Start && Essential.Contains(box.Type))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>One of them.</summary>
/// <param name="Type">Its four letters.</param>
/// <param name="Start">Where its header begins in the file.</param>
/// <param name="Size">Bytes with the header, as the header tells; 0 means "to the end of the file", other sizes below 8 are wrong.</param>
internal readonly record struct Mp4Box(string Type, long Start, long Size);
