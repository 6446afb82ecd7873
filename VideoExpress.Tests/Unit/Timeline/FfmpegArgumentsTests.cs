using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Timeline;
using static VideoExpress.Tests.Unit.Timeline.Clips;

namespace VideoExpress.Tests.Unit.Timeline;

public sealed class FfmpegArgumentsTests
{
    [Fact]
    public void Span_OpensTheSourceASecondEarly_AndCutsOnTheGridOfFrames()
    {
        var plan = StitchPlanner.Plan(Request((1.5, 3.5)), [Facts(4, rate: new FrameRate(25, 1))], null);
        var command = FfmpegArguments.Span(plan, 0);
        Assert.Equal(["-protocol_whitelist", "file", "-max_pixels", "50000000", "-f", "mov", "-an", "-ss", "0.500000"], Assert.Single(command.Inputs).Options);
        Assert.Equal(
            "[0:0]scale=1280:720:out_color_matrix=bt709:out_range=tv:flags=bicubic,setsar=1,format=yuv420p,"
            + "fps=25/1:start_time=1.000000:round=near,tpad=stop_mode=clone:stop=13,trim=end_frame=50,settb=1/25,setpts=N[v]",
            Graph(command));
        Assert.Equal(["video_track_timescale=12800"], command.MuxerOptions);
    }

    [Fact]
    public void Span_ReadsFromTheBeginning_WhereSeekingIsNotExact()
    {
        var plan = StitchPlanner.Plan(Request((3, 4)), [Facts(5, format: MediaFormat.MpegTs)], null);
        var command = FfmpegArguments.Span(plan, 0);
        Assert.DoesNotContain("-ss", command.Inputs[0].Options);
        Assert.Contains("start_time=3.000000", Graph(command), StringComparison.Ordinal);
    }

    [Fact]
    public void Span_ThrowsPicturesAwayBeforeScalingThem_WhenTheRateFalls()
    {
        var plan = StitchPlanner.Plan(Request((0, null)) with { Format = new(1280, 720, 24) }, [Facts(rate: new FrameRate(60, 1))], null);
        Assert.StartsWith("[0:0]fps=24/1", Graph(FfmpegArguments.Span(plan, 0)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1280, 720, "scale=1280:720:")]
    [InlineData(640, 360, "scale=1280:720:")]
    [InlineData(720, 1280, "scale=404:720:out_color_matrix=bt709:out_range=tv:flags=bicubic,pad=1280:720:438:0")]
    [InlineData(1440, 1080, "scale=960:720:out_color_matrix=bt709:out_range=tv:flags=bicubic,pad=1280:720:160:0")]
    [InlineData(1366, 768, "scale=1280:720:")] // no hairline of black at the edge
    public void Span_FitsAnyShape_IntoTheFilm(int width, int height, string expected)
    {
        var plan = Plan(Facts(), Facts(width: width, height: height));
        Assert.Contains(expected, Graph(FfmpegArguments.Span(plan with { Width = 1280, Height = 720 }, 1)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(640, 360, ":in_color_matrix=bt601")]
    [InlineData(1280, 720, ":in_color_matrix=bt709")]
    [InlineData(720, 1280, ":in_color_matrix=bt709")]
    public void Span_TakesUnlabelledColours_AsPlayersDo(int width, int height, string expected)
    {
        var facts = Facts(width: width, height: height);
        facts = facts with { Video = facts.Video! with { ColorSpace = null } };
        Assert.Contains(expected, Graph(FfmpegArguments.Span(Plan(facts), 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Span_BurnsCaptions_ByAFileNameOfOurs()
    {
        var request = Request((0, null), (0, null)) with { Captions = [new("'; rm -rf / #", 6, 7)] };
        var plan = StitchPlanner.Plan(request, [Facts(), Facts()], null);
        Assert.DoesNotContain("ass=", Graph(FfmpegArguments.Span(plan, 0)), StringComparison.Ordinal);
        Assert.EndsWith(",setpts=N,ass=s1.ass[v]", Graph(FfmpegArguments.Span(plan, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Span_ClosesAGroupOfPicturesEverySecond()
    {
        var options = FfmpegArguments.Span(Plan(Facts(rate: new FrameRate(30_000, 1001))), 0).Options;
        Assert.Equal("30", options[options.ToList().IndexOf("-g") + 1]);
        Assert.Contains("open-gop=0", options);
    }

    [Fact]
    public void Sound_MakesEveryPieceAsLongAsItsPicture()
    {
        var plan = StitchPlanner.Plan(Request((2, 3), (0, 1)), [Facts(), Facts(audio: false)], null);
        var command = FfmpegArguments.Sound(plan);
        Assert.Equal(["c0", "anullsrc=r=48000:cl=stereo"], command.Inputs.Select(i => i.Name));
        Assert.Equal(
            "[0:1]aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,"
            + "atrim=start_sample=48000,asetpts=PTS-STARTPTS,apad=whole_len=48000,atrim=end_sample=48000[a0];"
            + "[1:a]aformat=sample_fmts=fltp:channel_layouts=stereo,atrim=end_sample=48000[a1];[a0][a1]concat=n=2:v=0:a=1[a]",
            Graph(command));
    }

    [Fact]
    public void Sound_LaysTheVoiceOverTheLoweredFilm()
    {
        var request = Request((0, 1)) with { VoiceOverPath = "/x/v" };
        var command = FfmpegArguments.Sound(StitchPlanner.Plan(request, [Facts()], Facts() with { Video = null }));
        Assert.Equal(["c0", "voice"], command.Inputs.Select(i => i.Name));
        Assert.EndsWith(
            "[a0]concat=n=1:v=0:a=1,volume=0.35[under];[under][a1]amix=inputs=2:duration=first:normalize=0[a]",
            Graph(command),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Film_CopiesBoth_WithItsIndexInFront()
    {
        var command = FfmpegArguments.Film(Plan(Facts()));
        Assert.Equal(["-map", "0:v:0", "-map", "1:a:0", "-c", "copy"], command.Options);
        Assert.Contains("movflags=+faststart", command.MuxerOptions);
    }

    private static string Graph(FfmpegCommand command) => command.Options[command.Options.ToList().IndexOf("-filter_complex") + 1];
}
