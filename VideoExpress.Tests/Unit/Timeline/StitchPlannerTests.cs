using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Timeline;
using static VideoExpress.Tests.Unit.Timeline.Clips;

namespace VideoExpress.Tests.Unit.Timeline;

public sealed class StitchPlannerTests
{
    [Fact]
    public void Plan_PutsClipsOneAfterAnother_FromTheirStarts()
    {
        var plan = StitchPlanner.Plan(Request((0, null), (1.5, 3.5)), [Facts(5), Facts(4)], null);
        Assert.Equal([new VideoSpan(0, 0, 150, 0), new VideoSpan(1, 150, 210, 1_500_000)], plan.Spans);
        Assert.Equal([new SoundPiece(0, 0, 240_000), new SoundPiece(1, 1_500_000, 96_000)], plan.Sound);
        Assert.Empty(plan.Warnings);
    }

    [Fact]
    public void Plan_RoundsAbsoluteTimes_SoThatManyShortClipsDoNotDrift()
    {
        var clips = Enumerable.Repeat((0.0, (double?)0.51), 100).ToArray(); // 15.3 frames each
        var plan = StitchPlanner.Plan(Request(clips), [.. clips.Select(_ => Facts(5))], null);
        Assert.Equal(1530, plan.Frames);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Plan_TilesTheFilm_WhateverTheClips(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var rates = (FrameRate[])[new(24_000, 1001), new(25, 1), Fps30, new(60, 1), new(16, 1), new(30_000, 1001)];
            var facts = Enumerable.Range(0, random.Next(1, 12))
                .Select(_ => Facts(0.2 + (random.NextDouble() * 9), rate: rates[random.Next(rates.Length)], audio: random.Next(2) == 0))
                .ToArray();
            (double, double?) Trim(MediaFacts f) => (random.NextDouble() * 0.1, random.Next(2) == 0 ? f.DurationSeconds * 0.9 : null);
            var request = Request([.. facts.Select(Trim)]);
            var plan = StitchPlanner.Plan(request, facts, null);

            var frame = 0L;
            foreach (var span in plan.Spans)
            {
                Assert.Equal(frame, span.OutFirst);
                Assert.True(span.Frames > 0, $"seed {seed}, round {round}");
                frame = span.OutEnd;
            }

            var seconds = request.Clips.Select((c, i) => (c.EndSeconds ?? facts[i].DurationSeconds) - c.StartSeconds).Sum();
            Assert.InRange(plan.Frames - (seconds * plan.Rate.PerSecond), -1, 1);
            Assert.Equal(plan.Samples, plan.Sound.Sum(p => p.Samples));
        }
    }

    [Fact]
    public void Plan_UsesSilence_WhereAClipHasNoSound()
    {
        var plan = Plan(Facts(), Facts(audio: false));
        Assert.Equal([0, null], plan.Sound.Select(p => p.Source));
    }

    [Fact]
    public void Plan_MovesAnEndBeyondTheClip_AndSaysSo()
    {
        var plan = StitchPlanner.Plan(Request((1, 9)), [Facts(5)], null);
        Assert.Equal(120, plan.Frames);
        Assert.Equal(["clip 1 is 5 s long; its end at 9 s was moved there."], plan.Warnings);
    }

    [Fact]
    public void Plan_TakesAnEndJustBeyondTheClip_ForItsEnd() =>
        Assert.Empty(StitchPlanner.Plan(Request((0, 3.1)), [Facts(3.003)], null).Warnings);

    [Theory]
    [InlineData(2.0, 2.0, "clip 1 ends at 2 s, which is not after its start at 2 s.")]
    [InlineData(5.0, null, "clip 1 starts at 5 s, but its file is only 5 s long.")]
    [InlineData(7.0, 8.0, "clip 1 starts at 7 s, but its file is only 5 s long.")]
    [InlineData(-1.0, 2.0, "clip 1: start and end are seconds from the clip's beginning, 0 or more.")]
    [InlineData(double.NaN, 2.0, "clip 1: start and end are seconds from the clip's beginning, 0 or more.")]
    [InlineData(1.0, 1.001, "clip 1 is shorter than one picture of the film.")]
    public void Plan_RefusesAnImpossibleTrim(double start, double? end, string message) =>
        Assert.Equal(message, Assert.Throws<StitchException>(() => StitchPlanner.Plan(Request((start, end)), [Facts(5)], null)).Message);

    [Fact]
    public void Plan_RefusesPicturesAndSound_ByName()
    {
        Assert.Equal("clip 1 is a picture, not a video.", Refusal(Facts(0, format: MediaFormat.Png)));
        Assert.Equal("clip 1 is not a video: it has sound only.", Refusal(Facts() with { Video = null }));
        Assert.Equal("A film is made of 1 to 200 clips; 0 were given.", Refusal());
        static string Refusal(params MediaFacts[] clips) => Assert.Throws<StitchException>(() => Plan(clips)).Message;
    }

    [Theory]
    [InlineData(1281, 720, null)]
    [InlineData(1280, 8, null)]
    [InlineData(1280, 5000, null)]
    [InlineData(1280, 720, 0.5)]
    [InlineData(1280, 720, 240.0)]
    public void Plan_RefusesAFormatThatCannotBe(int width, int height, double? fps)
    {
        var request = Request((0, null)) with { Format = new(width, height, fps) };
        Assert.Throws<StitchException>(() => StitchPlanner.Plan(request, [Facts()], null));
    }

    [Fact]
    public void Plan_FollowsTheFormatAskedFor()
    {
        var plan = StitchPlanner.Plan(Request((0, null)) with { Format = new(720, 1280, 29.97) }, [Facts()], null);
        Assert.Equal((720, 1280, new FrameRate(30_000, 1001), 150L), (plan.Width, plan.Height, plan.Rate, plan.Frames));
    }

    [Fact]
    public void Plan_LaysTheVoiceOverTheWholeFilm_AndWarnsWhenItIsLonger()
    {
        var voice = Facts(7) with { Video = null };
        var plan = StitchPlanner.Plan(Request((0, null)) with { VoiceOverPath = "/x/v" }, [Facts(5)], voice);
        Assert.Equal(new SoundPiece(1, 0, 240_000), plan.VoiceOver);
        Assert.Equal(["The voice-over is 7 s long and ends with the film at 5 s."], plan.Warnings);
    }

    [Fact]
    public void CaptionsOver_CutsACaptionAtTheCut_InFramesOfEachSpan()
    {
        var request = Request((0, null), (0, null)) with { Captions = [new("Hello", 4, 6)] };
        var plan = StitchPlanner.Plan(request, [Facts(5), Facts(5)], null);
        Assert.Equal([new CaptionCue("Hello", 120, 150)], plan.CaptionsOver(plan.Spans[0]));
        Assert.Equal([new CaptionCue("Hello", 0, 30)], plan.CaptionsOver(plan.Spans[1]));
    }
}
