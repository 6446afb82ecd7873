using VideoExpress.Jobs;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Tests.Unit;

public sealed class OutputFactsTests
{
    private static readonly VideoFacts Picture = new() { StreamIndex = 0, Codec = "mjpeg", Width = 640, Height = 360, Rate = new FrameRate(25, 1), Frames = 1 };

    [Fact]
    public void OfAPicture_OnlyItsSizeIsTold() =>
        Assert.Equal(new OutputFacts(Width: 640, Height: 360), OutputFacts.Of(new MediaFacts(MediaFormat.Jpeg, 0, Picture, null)));

    [Fact]
    public void OfASound_OnlyItsLengthAndCodecAreTold() => Assert.Equal(
        new OutputFacts(Duration: 1.5, AudioCodec: "aac"),
        OutputFacts.Of(new MediaFacts(MediaFormat.Mp4, 1_500_000, null, new AudioFacts(0, "aac", 48_000, 2))));

    [Fact]
    public void WhatTheColumnHas_IsReadBackAsItWas()
    {
        var facts = new OutputFacts(4, 854, 480, 23.976, 96, "h264", null);

        Assert.Equal("""{"duration":4,"width":854,"height":480,"fps":23.976,"frames":96,"video_codec":"h264"}""", facts.ToJson());
        Assert.Equal(facts, OutputFacts.Read(facts.ToJson()));
    }
}
