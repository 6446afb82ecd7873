using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Tests.Integration.Timeline;

/// <summary>Captions are seen where and when they should be, and nothing but seen.</summary>
[Collection(FootageCollection.Name)]
public sealed class CaptionTests(Footage footage)
{
    private const double Visible = 1.5;
    private const double Same = 0.5;

    [Fact]
    public async Task Captions_AreSeen_OnExactlyTheirFrames()
    {
        var request = Footage.Request(footage.Grey, footage.Grey) with
        {
            Captions = [new("Hello, world", 0.2, 0.7), new("Across the cut", 1, 1.3)],
        };
        var (film, plain) = (Film.ReadPicture((await footage.Stitch(request)).VideoPath), await footage.GreyFilm);
        var seen = Enumerable.Range(0, film.Frames)
            .Where(k => film.Difference(k, plain, k, film.Height * 2 / 3, film.Height) > Visible).ToList();
        Assert.Equal([.. Enumerable.Range(6, 15), .. Enumerable.Range(30, 9)], seen);
    }

    [Fact]
    public async Task Captions_StayInTheirBand()
    {
        var request = Footage.Request(footage.Grey) with { Captions = [new("Two lines\nare enough", 0, 1)] };
        var (film, plain) = (Film.ReadPicture((await footage.Stitch(request)).VideoPath), await footage.GreyFilm);
        Assert.InRange(film.Difference(10, plain, 10, 0, film.Height / 2), 0, Same);
        Assert.InRange(film.Difference(10, plain, 10, film.Height * 97 / 100, film.Height), 0, Same);
        Assert.True(film.Difference(10, plain, 10, film.Height * 2 / 3, film.Height) > Visible);
    }

    [Theory]
    [InlineData("{\\pos(10,10)\\fs200}A\\NB\\hC {\\p1}m 0 0 l 500 0 500 500{\\p0}")]
    [InlineData("{\\an8}at the top?")]
    [InlineData("%{pts} [0:v]null;drawtext=text=x,'quoted': \"and\" colon:")]
    public async Task Captions_AreNeverObeyed(string text)
    {
        var request = Footage.Request(footage.Grey) with { Captions = [new(text, 0, 1)] };
        var (film, plain) = (Film.ReadPicture((await footage.Stitch(request)).VideoPath), await footage.GreyFilm);
        Assert.InRange(film.Difference(10, plain, 10, 0, film.Height / 2), 0, Same);
        Assert.True(film.Difference(10, plain, 10, film.Height / 2, film.Height) > Visible);
    }

    [Theory]
    [InlineData("🎬 🚀 😀")]
    [InlineData("これは字幕のテストです。とても長い日本語の文章が画面の幅を超えたときに折り返されます。")]
    [InlineData("هذا نص عربي طويل جدا للتأكد من أن السطر يلتف بشكل صحيح")]
    [InlineData("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft")]
    public async Task Captions_OfEveryScript_AreSeen_AndReachNoEdge(string text)
    {
        var request = Footage.Request(footage.Grey) with { Captions = [new(text, 0, 1)] };
        var (film, plain) = (Film.ReadPicture((await footage.Stitch(request)).VideoPath), await footage.GreyFilm);
        var columns = Enumerable.Range(0, film.Width)
            .Where(x => Enumerable.Range(0, film.Height).Any(y => Math.Abs(film.At(10, x, y) - plain.At(10, x, y)) > 40)).ToList();
        Assert.NotEmpty(columns);
        Assert.InRange(columns[0], film.Width * 4 / 100, film.Width / 2);
        Assert.InRange(columns[^1], film.Width / 2, film.Width * 96 / 100);
    }

    [Fact]
    public async Task Captions_GoIntoTheSidecar_AsTheyWere()
    {
        Caption[] captions = [new("“It’s 10:30,” she said: 🚀", 0.5, 1.5), new("{\\b1}two\r\nlines", 2, 9)];
        var request = Footage.Request(footage.Plain) with { Captions = captions };
        var result = await footage.Stitch(request);
        Assert.Equal(
            "1\n00:00:00,500 --> 00:00:01,500\n“It’s 10:30,” she said: 🚀\n\n2\n00:00:02,000 --> 00:00:03,000\n{\\b1}two\nlines\n\n",
            await File.ReadAllTextAsync(result.SubtitlesPath));
        Assert.Equal(["caption 2 was shortened to the film's end at 3 s."], result.Warnings);
    }
}
