using System.Buffers.Binary;
using System.Text;

namespace VideoExpress.Jobs.Media;

/// <summary>The outermost boxes of an MP4 file (ISO/IEC 14496-12, 4.2).</summary>
internal static class Mp4Boxes
{
    private const int Header = 8;
    private const int LongHeader = 16;

    private static readonly string[] Essential = ["moov", "mdat", "moof"];

    /// <summary>
    /// False when a box with content reaches beyond the file's end: the download or recording was cut off. ffmpeg reads such
    /// files without an error and ends early. What some cameras leave behind the last box is no matter.
    /// </summary>
    public static async Task<bool> AreCompleteAsync(Stream file, CancellationToken cancellationToken)
    {
        var header = new byte[LongHeader];
        for (long at = 0; at < file.Length;)
        {
            file.Position = at;
            var read = await file.ReadAtLeastAsync(header, LongHeader, throwOnEndOfStream: false, cancellationToken);
            if (read < Header)
            {
                return true;
            }

            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size == 1 && read == LongHeader)
            {
                size = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(Header));
            }

            if (size < Header)
            {
                return true; // 0 means "to the end of the file"
            }

            if (size > file.Length - at)
            {
                return !Essential.Contains(Encoding.ASCII.GetString(header, 4, 4));
            }

            at += size;
        }

        return true;
    }
}
