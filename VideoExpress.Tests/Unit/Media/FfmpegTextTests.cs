using VideoExpress.Jobs.Media;

namespace VideoExpress.Tests.Unit.Media;

public sealed class FfmpegTextTests
{
    [Fact]
    public void Render_WritesTheArrayInOrder_WithATemporaryNameAndALifeline()
    {
        var command = new FfmpegCommand(
            "clip 1",
            [FfmpegInput.File("c0", "mov", "-ss", "1.5"), FfmpegInput.Silence],
            ["-filter_complex", "[0:0]fps=30/1,trim=end_frame=3[v]", "-map", "[v]"],
            "s0.mp4",
            "mp4",
            ["video_track_timescale=15360"]);

        Assert.Equal(
            "-protocol_whitelist file -max_pixels 50000000 -f mov -ss 1.5 -i \"c0\" -f lavfi -i \"anullsrc=r=48000:cl=stereo\" "
            + "-nostdin -v error -filter_complex \"[0:0]fps=30/1,trim=end_frame=3[v]\" -map \"[v]\" "
            + "-map_metadata -1 -map_chapters -1 -fflags +bitexact -flags +global_header+bitexact -f tee "
            + "\"[f=mp4:onfail=abort:video_track_timescale=15360]part-s0.mp4|[f=framecrc:onfail=abort:flush_packets=1]pipe:1\" -y",
            FfmpegText.Render(command).Arguments);
    }

    [Theory]
    [InlineData("we \" -y \"evil.mp4")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    public void Render_RefusesWhatWouldBreakOut(string argument) =>
        Assert.Throws<ArgumentException>(() => FfmpegText.Render(Command("c0", argument)));

    [Theory]
    [InlineData("")]
    [InlineData("-y")]
    [InlineData("a b")]
    [InlineData("../c0")]
    [InlineData("/etc/passwd")]
    [InlineData("http://example.com/a.mp4")]
    [InlineData("anullsrc=r=48000:cl=stereo")]
    public void Render_RefusesNamesThatAreNotOurs(string name) =>
        Assert.Throws<ArgumentException>(() => FfmpegText.Render(Command(name, "-an")));

    [Theory]
    [InlineData("Invalid data found", "[mov,mp4 @ 0x55ab] moov atom not found|c0: Invalid data found")]
    [InlineData("moov atom not found", "[mov,mp4,m4a @ 0x55ab] moov atom not found.|Conversion failed!|")]
    [InlineData("ffmpeg gave no reason", "")]
    public void UsefulLine_IsTheLastThatSaysSomething(string line, string standardError) =>
        Assert.Equal(line, FfmpegText.UsefulLine(standardError.Split('|')));

    private static FfmpegCommand Command(string input, string option) =>
        new("it", [FfmpegInput.File(input, "mov")], [option], "out.mp4", "mp4", []);
}
