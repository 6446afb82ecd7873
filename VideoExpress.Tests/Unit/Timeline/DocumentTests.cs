using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Tests.Unit.Timeline;

public sealed class DocumentTests
{
    [Fact]
    public void Ass_WritesTimesHalfAFrameEarly_SoThatHundredthsMoveNoCaption()
    {
        CaptionCue[] captions = [new("Hello, world", 0, 1), new("two\nlines", 108_001, 108_031)];
        var ass = AssDocument.Write(captions, Clips.Fps30, 1280, 720);
        Assert.Contains("Dialogue: 0,0:00:00.00,0:00:00.02,Caption,,0,0,0,,Hello, world\n", ass, StringComparison.Ordinal);
        Assert.Contains("Dialogue: 0,1:00:00.02,1:00:01.02,Caption,,0,0,0,,two\\Nlines\n", ass, StringComparison.Ordinal);
    }

    [Fact]
    public void Ass_ShowsEachCaptionOnExactlyItsFrames_AtEveryUsualRate()
    {
        foreach (var rate in (FrameRate[])[new(24_000, 1001), new(25, 1), new(30, 1), new(50, 1), new(60_000, 1001), new(60, 1)])
        {
            for (var first = 0L; first < 20_000; first += 37)
            {
                var line = AssDocument.Write([new CaptionCue("x", first, first + 1)], rate, 1280, 720).Split('\n')[^2].Split(',');
                Assert.InRange(Micros(line[1]), Math.Max(0, rate.MicrosAt(first - 1)) + (first > 0 ? 1 : 0), rate.MicrosAt(first));
                Assert.InRange(Micros(line[2]), rate.MicrosAt(first) + 1, rate.MicrosAt(first + 1));
            }
        }

        static long Micros(string time) => MediaFactsReader.Micros(time)!.Value;
    }

    [Fact]
    public void Ass_HasOneLineForEachCaption_WhateverTheText()
    {
        var text = CaptionText.Clean("a\r\nDialogue: 0,0:00:00.00,9:00:00.00,Caption,,0,0,0,,{\\fs200}injected\n[Fonts]");
        var ass = AssDocument.Write([new CaptionCue(text, 0, 30)], Clips.Fps30, 1280, 720);
        Assert.Single(ass.Split('\n'), l => l.StartsWith("Dialogue:", StringComparison.Ordinal));
        Assert.DoesNotContain("\n[Fonts]", ass, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1280, 720)]
    [InlineData(720, 1280)]
    [InlineData(640, 640)]
    [InlineData(3840, 2160)]
    public void Style_KeepsWordsReadable_AndOffTheEdges(int width, int height)
    {
        var style = CaptionStyle.For(width, height);
        Assert.InRange((double)style.FontSize / Math.Min(width, height), 0.05, 0.08);
        Assert.InRange((double)style.SideMargin / width, 0.05, 0.12);
        Assert.InRange((double)style.FootMargin / height, 0.05, 0.2);
        Assert.True(style.Outline >= 2);
    }

    [Fact]
    public void Srt_NumbersCues_InMilliseconds()
    {
        var srt = SrtDocument.Write([new CaptionCue("Hello", 15, 45), new CaptionCue("two\nlines -->", 108_030, 108_045)], Clips.Fps30);
        Assert.Equal(
            "1\n00:00:00,500 --> 00:00:01,500\nHello\n\n2\n01:00:01,000 --> 01:00:01,500\ntwo\nlines →\n\n", srt);
    }

    [Fact]
    public void ConcatList_GivesLengthsAsDifferencesOfAbsoluteTimes()
    {
        var ntsc = new FrameRate(30_000, 1001);
        var plan = Clips.Plan(Clips.Facts(1.001, rate: ntsc), Clips.Facts(0.5005, rate: ntsc));
        Assert.Equal(
            "ffconcat version 1.0\nfile s0.mp4\ninpoint 0us\nduration 1001000us\nfile s1.mp4\ninpoint 0us\nduration 500500us\n",
            ConcatList.Write(plan));
    }
}
