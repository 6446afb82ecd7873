using System.Text;

namespace VideoExpress.Jobs.Media;

/// <summary>Tells a file's format from its first bytes. Pure; names and media types given by servers and users count for nothing.</summary>
internal static class MediaSniffer
{
    /// <summary>Bytes from the beginning of the file that are enough to decide.</summary>
    public const int HeadBytes = 4096;

    private const int TransportPacket = 188;

    private static readonly string[] Mp4Boxes = ["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot"];

    private static readonly (string Start, string What)[] Texts =
    [
        ("#EXTM3U", "a playlist"),
        ("ffconcat", "a playlist"),
        ("<MPD", "a playlist"),
        ("v=0", "a stream description"),
        ("<!doctype html", "a web page"),
        ("<html", "a web page"),
        ("<?xml", "an XML document"),
        ("<", "a web page"),
        ("{", "a JSON document"),
        ("[", "a JSON document"),
        ("%PDF", "a PDF document"),
        ("PK\u0003\u0004", "a ZIP archive"),
    ];

    /// <summary>The format, or null when it is none that we read.</summary>
    public static MediaFormat? Recognise(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 12 && head.StartsWith("RIFF"u8))
        {
            return Ascii(head[8..12]) switch
            {
                "WAVE" => MediaFormat.Wav,
                "AVI " => MediaFormat.Avi,
                "WEBP" => MediaFormat.Webp,
                _ => null,
            };
        }

        return head switch
        {
            _ when head.Length >= 8 && Mp4Boxes.Contains(Ascii(head[4..8])) => MediaFormat.Mp4,
            _ when head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) => MediaFormat.Matroska,
            _ when head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) => MediaFormat.Png,
            _ when head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) => MediaFormat.Jpeg,
            _ when head.StartsWith("GIF8"u8) => MediaFormat.Gif,
            _ when head.StartsWith("OggS"u8) => MediaFormat.Ogg,
            _ when head.StartsWith("fLaC"u8) => MediaFormat.Flac,
            _ when head.StartsWith("FLV\u0001"u8) => MediaFormat.Flv,
            _ when IsTransportStream(head) => MediaFormat.MpegTs,
            _ when head.StartsWith("ID3"u8) => MediaFormat.Mp3,
            _ when head.Length >= 2 && head[0] == 0xFF && (head[1] & 0xF6) == 0xF0 => MediaFormat.Aac,
            _ when head.Length >= 2 && head[0] == 0xFF && (head[1] & 0xE6) == 0xE2 => MediaFormat.Mp3,
            _ => null,
        };
    }

    /// <summary>What a file that is no media seems to be, for a message: "a web page".</summary>
    public static string Describe(ReadOnlySpan<byte> head)
    {
        var text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        foreach (var (start, what) in Texts)
        {
            if (text.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return what;
            }
        }

        return head.IndexOfAnyInRange((byte)0, (byte)8) < 0 ? "a text" : "a file of an unknown kind";
    }

    private static bool IsTransportStream(ReadOnlySpan<byte> head)
    {
        const byte Sync = 0x47;
        return head.Length > 2 * TransportPacket && head[0] == Sync && head[TransportPacket] == Sync && head[2 * TransportPacket] == Sync;
    }

    private static string Ascii(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes);
}
