using System.Text;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Tests.Unit.Media;

public sealed class MediaSnifferTests
{
    public static TheoryData<string, MediaFormat> Heads => new()
    {
        { "0000001866747970", MediaFormat.Mp4 }, // ftyp
        { "000000086d6f6f76", MediaFormat.Mp4 }, // moov, an old QuickTime film
        { "1a45dfa3", MediaFormat.Matroska },
        { "52494646ffffffff41564920", MediaFormat.Avi },
        { "52494646ffffffff57415645", MediaFormat.Wav },
        { "52494646ffffffff57454250", MediaFormat.Webp },
        { "89504e470d0a1a0a", MediaFormat.Png },
        { "ffd8ffe0", MediaFormat.Jpeg },
        { "474946383961", MediaFormat.Gif },
        { "494433040000", MediaFormat.Mp3 },
        { "fffb9064", MediaFormat.Mp3 },
        { "fff15080", MediaFormat.Aac },
        { "664c6143", MediaFormat.Flac },
        { "4f676753", MediaFormat.Ogg },
        { "464c5601", MediaFormat.Flv },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public void Recognise_GoesByTheFirstBytes(string hex, MediaFormat format) =>
        Assert.Equal(format, MediaSniffer.Recognise(Convert.FromHexString(hex)));

    [Fact]
    public void Recognise_FindsATransportStream_ByItsPackets()
    {
        var head = new byte[600];
        head[0] = head[188] = head[376] = 0x47;
        Assert.Equal(MediaFormat.MpegTs, MediaSniffer.Recognise(head));
    }

    [Theory]
    [InlineData("#EXTM3U\nhttp://169.254.169.254/x.ts", "a playlist")]
    [InlineData("ffconcat version 1.0\nfile /etc/passwd", "a playlist")]
    [InlineData("\uFEFF  <!DOCTYPE html><html>", "a web page")]
    [InlineData("<?xml version='1.0'?><MPD/>", "an XML document")]
    [InlineData("{\"error\":\"not found\"}", "a JSON document")]
    [InlineData("%PDF-1.7", "a PDF document")]
    [InlineData("Access denied", "a text")]
    [InlineData("\u0001\u0002\u0003", "a file of an unknown kind")]
    public void Describe_SaysWhatItIsInstead(string content, string what)
    {
        var head = Encoding.UTF8.GetBytes(content);
        Assert.Null(MediaSniffer.Recognise(head));
        Assert.Equal(what, MediaSniffer.Describe(head));
    }
}
