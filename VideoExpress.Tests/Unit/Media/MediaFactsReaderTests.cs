using FFMpegCore;
using VideoExpress.Jobs.Media;
using MediaFormat = VideoExpress.Jobs.Media.MediaFormat;

namespace VideoExpress.Tests.Unit.Media;

/// <summary>Answers of ffprobe 5.1, shortened.</summary>
public sealed class MediaFactsReaderTests
{
    [Theory]
    [InlineData("0:00:05.005000", 5_005_000)]
    [InlineData("1:02:03.000001", 3_723_000_001)]
    [InlineData("-0:00:00.021333", -21_333)]
    public void Micros_KeepsEveryDigit(string text, long micros) => Assert.Equal(micros, MediaFactsReader.Micros(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("N/A")]
    public void Micros_IsNull_WhenThereIsNone(string? text) => Assert.Null(MediaFactsReader.Micros(text));

    [Fact]
    public void Read_CountsFromTheBeginningOfTheFile_ToTheEndOfThePicture()
    {
        var facts = Read("""
            {"codec_type":"video","codec_name":"h264","width":320,"height":180,"avg_frame_rate":"30/1","r_frame_rate":"30/1",
             "start_time":"0:00:01.466667","duration":"0:00:05.000000"},
            {"index":1,"codec_type":"audio","codec_name":"aac","sample_rate":"44100","channels":1,"duration":"0:00:09.000000"}
            """, start: "0:00:01.400000");
        Assert.Equal(5_066_667, facts.DurationMicros);
        Assert.Equal(new AudioFacts(1, "aac", 44_100, 1), facts.Audio);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(-90)]
    [InlineData(270)]
    public void Read_TurnsTheSize_WhenThePictureIsShownTurned(int rotation)
    {
        var video = Read($$"""
            {"codec_type":"video","width":720,"height":576,"sample_aspect_ratio":"64:45",
             "side_data_list":[{"side_data_type":"Display Matrix","rotation":{{rotation}}}]}
            """).Video!;
        Assert.Equal((576, 1024), (video.Width, video.Height));
    }

    [Fact]
    public void Read_SeesUnevenFrames_ByTheTwoRates()
    {
        var video = Read("""{"codec_type":"video","width":16,"height":16,"avg_frame_rate":"23/1","r_frame_rate":"30/1"}""").Video!;
        Assert.False(video.ConstantRate);
    }

    [Fact]
    public void Read_TakesTheCoverOfASongForNoVideo()
    {
        var facts = Read("""
            {"codec_type":"video","width":500,"height":500,"disposition":{"attached_pic":1}},
            {"index":1,"codec_type":"audio","codec_name":"mp3","sample_rate":"48000","channels":2}
            """);
        Assert.Null(facts.Video);
        Assert.Equal(9_000_000, facts.DurationMicros);
    }

    private static MediaFacts Read(string streams, string start = "0:00:00.000000")
    {
        var json = $$$"""{"streams":[{{{streams}}}],"format":{"format_name":"x","start_time":"{{{start}}}","duration":"0:00:09.000000"}}""";
        return MediaFactsReader.Read(MediaFormat.Mp4, FFProbe.FromJson(json).Raw);
    }
}
