using VideoExpress.Jobs;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Tests.Integration.Timeline;

/// <summary>What is no video, or no whole one, ends in a sentence for the creator, and in nothing half-written.</summary>
[Collection(FootageCollection.Name)]
public sealed class BadClipTests(Footage footage)
{
    [Theory]
    [InlineData("", "clip 2 is an empty file.")]
    [InlineData("<html><body>Sign in</body></html>", "clip 2 is not a video but a web page.")]
    [InlineData("#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1:9/secret.ts\n", "clip 2 is not a video but a playlist.")]
    [InlineData("ffconcat version 1.0\nfile plain.mp4\n", "clip 2 is not a video but a playlist.")]
    [InlineData("\0\0\0\u0010ftypisom\0\0\0\0and nothing else", "clip 2 cannot be read: Invalid data found")]
    public async Task Stitch_RefusesWhatIsNoVideo(string content, string message)
    {
        await File.WriteAllTextAsync(footage.PathOf("bad.mp4"), content);
        Assert.StartsWith(message, (await Fails(footage.Plain, footage.PathOf("bad.mp4"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mp4", "clip 1 is cut off: its file ends before the video does. Upload or export it again.")]
    [InlineData("mkv", "clip 1 is cut off or damaged: its file ends before the video does. Upload or export it again.")]
    public async Task Stitch_RefusesAFileThatIsCutOff(string extension, string message)
    {
        var whole = footage.Ffmpeg($"whole.{extension}", "-i", footage.Plain, "-c", "copy", "-movflags", "+faststart");
        var bytes = await File.ReadAllBytesAsync(whole);
        await File.WriteAllBytesAsync(footage.PathOf($"cut.{extension}"), bytes[..(bytes.Length * 6 / 10)]);
        Assert.Equal(message, (await Fails(footage.PathOf($"cut.{extension}"))).Message);
    }

    [Fact]
    public async Task Stitch_GoesOnAfterDamage_AndSaysWhere()
    {
        var bytes = await File.ReadAllBytesAsync(footage.Plain);
        var random = new Random(3);
        var content = bytes.AsSpan().IndexOf("mdat"u8) + 4000;
        for (var i = 0; i < 400; i++)
        {
            bytes[content + random.Next(bytes.Length / 3)] ^= 0x55;
        }

        await File.WriteAllBytesAsync(footage.PathOf("damaged.mp4"), bytes);
        var result = await footage.Stitch(footage.PathOf("damaged.mp4"));
        Assert.Equal(90, result.Facts.Video!.Frames);
        Assert.Contains(result.Warnings, w => w.StartsWith("clip 1 is damaged in places", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stitch_RefusesPicturesAndSongs()
    {
        var still = footage.Ffmpeg("still.png", "-i", footage.Plain, "-frames:v", "1");
        var song = footage.Ffmpeg("song.mp3", "-i", footage.Plain, "-vn");
        Assert.Equal("clip 1 is a picture, not a video.", (await Fails(still)).Message);
        Assert.Equal("clip 1 is not a video: it has sound only.", (await Fails(song)).Message);
    }

    [Fact]
    public async Task Stitch_TakesFilesOfAnyName()
    {
        var hostile = footage.PathOf("we' \" -y \"; [0:v] , %d \\ é🎬.mp4");
        File.Copy(footage.Plain, hostile);
        Assert.Equal(90, (await footage.Stitch(hostile)).Facts.Video!.Frames);
    }

    [Fact]
    public async Task Probe_RefusesADemuxerThatOpensFurtherFiles_ThoughTheSniffWereFooled()
    {
        // A list of files that begins like a box of MP4: the mov demuxer, forced, finds nothing in it.
        var sly = footage.PathOf("sly.mp4");
        await File.WriteAllTextAsync(sly, "\0\0\0\u0008free\nffconcat version 1.0\nfile plain.mp4\n");
        var e = await Assert.ThrowsAsync<MediaException>(() => footage.Probe.ProbeAsync(sly, "it", CancellationToken.None));
        Assert.False(e.CanHeal);
    }

    private async Task<JobException> Fails(params string[] clips)
    {
        var folder = footage.WorkFolder();
        var e = await Assert.ThrowsAnyAsync<JobException>(() => footage.Stitch(Footage.Request(clips), folder));
        Assert.False(e.CanHeal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        return e;
    }
}
