using VideoExpress.Jobs.Media;

namespace VideoExpress.Tests.Integration.Timeline;

[Collection(FootageCollection.Name)]
public sealed class PosterMakerTests(Footage footage)
{
    [Fact]
    public async Task Poster_IsTheFrameAtAThird()
    {
        var poster = await Poster(footage.Plain);
        Assert.Equal((320, 180), (poster.Width, poster.Height));
        Assert.Equal(30, poster.Number(0, 320, 180));
    }

    [Fact]
    public async Task Poster_IsNoBlackPicture_WhenThereIsAnother()
    {
        var path = footage.Ffmpeg("dark.mp4", "-i", footage.Plain, "-vf", "drawbox=c=black:t=fill:enable='lt(t,2)'");
        Assert.Equal(60, (await Poster(path)).Number(0, 320, 180));
    }

    [Fact]
    public async Task Poster_IsBlack_WhenTheWholeFilmIs()
    {
        var path = footage.Ffmpeg("black.mp4", "-f", "lavfi", "-i", "color=black:s=64x64:r=10:d=1");
        Assert.Equal(1, (await Poster(path)).Frames);
    }

    [Fact]
    public async Task Poster_IsAtMost1280Wide_AndUpright()
    {
        var path = footage.Ffmpeg("large.mp4", "-f", "lavfi", "-i", "testsrc=s=1920x1080:r=1:d=1");
        var poster = await Poster(path);
        Assert.Equal((1280, 720), (poster.Width, poster.Height));

        var turned = footage.Ffmpeg("turned-poster.mp4", "-i", footage.Plain, "-c", "copy", "-metadata:s:v", "rotate=90");
        poster = await Poster(turned);
        Assert.Equal((180, 320), (poster.Width, poster.Height));
    }

    [Fact]
    public async Task Poster_OfASong_IsRefused()
    {
        var path = footage.Ffmpeg("song.wav", "-f", "lavfi", "-i", "sine=d=1");
        await Assert.ThrowsAsync<MediaException>(() => Poster(path));
    }

    private async Task<Film> Poster(string video)
    {
        var folder = footage.WorkFolder();
        var poster = Path.Combine(folder, "poster.jpg");
        var facts = await footage.Probe.ProbeAsync(video, "The film", CancellationToken.None);
        await footage.Posters.MakePosterAsync(video, facts, poster, CancellationToken.None);
        Assert.Single(Directory.GetFileSystemEntries(folder));
        return Film.ReadPicture(poster);
    }
}
