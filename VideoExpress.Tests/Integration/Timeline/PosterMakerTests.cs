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
        var path = footage.PathOf("dark.mp4");
        Tool.Run("ffmpeg", ["-v", "error", "-y", "-i", footage.Plain, "-vf", "drawbox=c=black:t=fill:enable='lt(t,2)'", path]);
        Assert.Equal(60, (await Poster(path)).Number(0, 320, 180));
    }

    [Fact]
    public async Task Poster_IsBlack_WhenTheWholeFilmIs()
    {
        var path = footage.PathOf("black.mp4");
        Tool.Run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "color=black:s=64x64:r=10:d=1", path]);
        Assert.Equal(1, (await Poster(path)).Frames);
    }

    [Fact]
    public async Task Poster_IsAtMost1280Wide_AndUpright()
    {
        var path = footage.PathOf("large.mp4");
        Tool.Run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=s=1920x1080:r=1:d=1", path]);
        var poster = await Poster(path);
        Assert.Equal((1280, 720), (poster.Width, poster.Height));

        var turned = footage.PathOf("turned-poster.mp4");
        Tool.Run("ffmpeg", ["-v", "error", "-y", "-i", footage.Plain, "-c", "copy", "-metadata:s:v", "rotate=90", turned]);
        poster = await Poster(turned);
        Assert.Equal((180, 320), (poster.Width, poster.Height));
    }

    [Fact]
    public async Task Poster_OfASong_IsRefused()
    {
        var path = footage.PathOf("song.wav");
        Tool.Run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=1", path]);
        await Assert.ThrowsAsync<MediaException>(() => Poster(path));
    }

    private async Task<Film> Poster(string video)
    {
        var folder = footage.WorkFolder();
        var poster = Path.Combine(folder, "poster.jpg");
        await footage.Posters.MakePosterAsync(video, poster, CancellationToken.None);
        Assert.Single(Directory.GetFileSystemEntries(folder));
        return Film.ReadPicture(poster);
    }
}
