using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Tests.Unit.Timeline;

public sealed class CaptionPlannerTests
{
    [Fact]
    public void Plan_PutsCaptionsOnFrames_ByTheirBeginning() =>
        Assert.Equal([new CaptionCue("one", 0, 15), new CaptionCue("two", 30, 45)], Plan([new("two", 1, 1.5), new("one", 0, 0.5)], out _));

    [Fact]
    public void Plan_ShowsTheShortestCaption_ForOneFrame() =>
        Assert.Equal([new CaptionCue("flash", 30, 31)], Plan([new("flash", 1, 1.001)], out _));

    [Fact]
    public void Plan_KeepsCaptionsInTheFilm_AndSaysSo()
    {
        var cues = Plan([new("last", 4, 9), new("late", 5, 9), new(" \n", 0, 1)], out var warnings);
        Assert.Equal([new CaptionCue("last", 120, 150)], cues);
        Assert.Equal(
            [
                "caption 1 was shortened to the film's end at 5 s.",
                "caption 2 starts after the film's end and was left out.",
                "caption 3 has no words and was left out.",
            ],
            warnings);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(-1, 2)]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.NaN)]
    public void Plan_RefusesImpossibleTimes(double start, double end) =>
        Assert.Equal(
            "caption 1 must start at 0 s or later and end after its start.",
            Assert.Throws<StitchException>(() => Plan([new("x", start, end)], out _)).Message);

    [Fact]
    public void Plan_RefusesATextThatFitsOnNoPicture() =>
        Assert.Equal(
            "caption 1 has 501 characters; up to 500 fit on a picture.",
            Assert.Throws<StitchException>(() => Plan([new(new string('a', 501), 0, 1)], out _)).Message);

    private static IReadOnlyList<CaptionCue> Plan(Caption[] captions, out List<string> warnings) =>
        CaptionPlanner.Plan(captions, Clips.Fps30, 150, warnings = []);
}
