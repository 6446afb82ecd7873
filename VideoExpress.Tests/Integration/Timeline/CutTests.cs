using System.Globalization;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Tests.Integration.Timeline;

/// <summary>Every frame and every beep is where the plan says, whatever the clips are like.</summary>
[Collection(FootageCollection.Name)]
public sealed class CutTests(Footage footage)
{
    private const double Ac3Delay = 256 / 48_000.0;

    private static readonly string[] WebM = ["-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M", "-c:a", "libopus"];

    [Fact]
    public async Task Stitch_ShowsTheRightFrame_EverywhereInAMixedFilm()
    {
        Piece[] pieces =
        [
            new(footage.Make("m0.mp4", "320x180", "30", 2), 320, 180, 0, null),
            new(footage.Make("m1.mp4", "640x360", "25", 3), 640, 360, 1.5, 2.5), // begins between two of its frames
            new(footage.Make("m2.mp4", "180x320", "24000/1001", 2, (0, 0)), 180, 320, 0.5, null),
            new(footage.Make("m3.mp4", "320x180", "60", 2, (1, 44_100)), 320, 180, 0.25, 1.75),
            new(footage.Make("m4.webm", "320x240", "30", 2, more: [.. WebM]), 320, 240, 1.2, 2),
            new(footage.Make("m5.ts", "320x180", "30", 2), 320, 180, 1, 1.5),
            new(footage.Make("m6.mp4", "320x180", "30", 2, more: ["-vf", "select='lt(mod(n,7),4)'", "-vsync", "vfr"]), 320, 180, 0, 1.5),
        ];
        var clips = pieces.Select((p, i) => new StitchClip(p.Path, p.Start, p.End, $"clip {i + 1}"));
        var request = new StitchRequest([.. clips], [], Format: new StitchFormat(640, 360, 30));
        var result = await footage.Stitch(request);
        var film = Film.Read(result.VideoPath);

        var wrong = new List<string>();
        var seconds = 0.0;
        var first = 0;
        foreach (var piece in pieces)
        {
            seconds += (piece.End ?? Presented.EndOf(piece.Path)) - piece.Start;
            var end = (int)Math.Round(seconds * 30, MidpointRounding.AwayFromZero);
            var source = Presented.Times(piece.Path);
            var numbers = Presented.Numbers(piece.Path, piece.Width, piece.Height);
            for (var k = first; k < end && k < film.Frames; k++)
            {
                var shown = film.Number(k, piece.Width, piece.Height);
                var expected = numbers[Math.Max(0, source.FindLastIndex(t => Slot(t - piece.Start) <= k - first))];
                if (shown != expected)
                {
                    wrong.Add($"frame {k} ({Path.GetFileName(piece.Path)} + {k - first}) shows {shown}, not {expected}");
                }
            }

            first = end;
        }

        Assert.Empty(wrong);
        Assert.Equal(first, film.Frames);
        Assert.Equal(first, result.Facts.Video!.Frames);
    }

    [Fact]
    public async Task Stitch_KeepsSoundOnThePicture_AtEveryCut()
    {
        var request = new StitchRequest(
            [
                new(footage.Plain, 0, 2.5, "clip 1"),
                new(footage.Make("b1.mp4", "320x180", "25", 3, (1, 44_100)), 0.5, 2.5, "clip 2"),
                new(footage.Make("b2.mp4", "320x180", "24000/1001", 2, (0, 0)), 0, 1.5, "clip 3"),
                new(footage.Make("b3.mkv", "320x180", "30", 3, (6, 48_000), "-c:a", "ac3"), 0.9, 2.4, "clip 4"),
                new(footage.Plain, 1.9, null, "clip 5"),
            ],
            []);
        var film = Film.Read((await footage.Stitch(request)).VideoPath);

        // Beeps at whole seconds of each clip. AC-3 sounds 256 samples late in its own file too.
        double[] expected = [0, 1, 2, 2.5 + 0.5, 2.5 + 1.5, 6 + 0.1 + Ac3Delay, 6 + 1.1 + Ac3Delay, 7.5 + 0.1];
        var beeps = film.Beeps();
        Assert.Equal(expected.Length, beeps.Count);
        Assert.All(expected.Zip(beeps), pair => Assert.InRange(pair.Second - pair.First, -0.001, 0.001));
        Assert.InRange(Loudest(film, 4.6, 5.9), 0, 0.001); // the mute clip
        Assert.InRange(film.Sound.Length / 48_000.0, 8.6 - 0.001, 8.6 + (1024 / 48_000.0));
    }

    [Fact]
    public async Task Stitch_HasNoClickOrHole_WhereAToneGoesOn()
    {
        var tone = footage.Ffmpeg(
            "tone.mp4", "-f", "lavfi", "-i", "color=gray:s=160x90:r=30:d=2", "-f", "lavfi", "-i", "sine=300:r=48000:d=2", "-c:a", "aac");
        var film = Film.Read((await footage.Stitch(new StitchRequest([new(tone, 0, 1, "1"), new(tone, 1, 2, "2")], []))).VideoPath);
        var step = 0f;
        for (var i = (int)(0.8 * 48_000); i < 1.2 * 48_000; i++)
        {
            step = Math.Max(step, Math.Abs(film.Sound[i] - film.Sound[i - 1]));
        }

        Assert.InRange(step, 0.001, 0.125 * 2 * Math.PI * 300 / 48_000 * 1.6); // the tone's own steepest step, and coding noise
    }

    [Fact]
    public async Task Stitch_TurnsAndStretches_AsPlayersShowIt()
    {
        var quarter = footage.Ffmpeg("turned.mp4", "-i", footage.Plain, "-c", "copy", "-t", "1", "-metadata:s:v", "rotate=90");
        var anamorphic = footage.Make("wide.mp4", "360x288", seconds: 1, more: ["-vf", "setsar=64/45"]);

        var turned = await footage.Stitch(quarter);
        Assert.Equal((180, 320), (turned.Facts.Video!.Width, turned.Facts.Video.Height));
        var wide = await footage.Stitch(anamorphic);
        Assert.Equal((512, 288), (wide.Facts.Video!.Width, wide.Facts.Video.Height));
        var film = Film.Read(wide.VideoPath);
        Assert.Equal([0, 7, 29], new[] { 0, 7, 29 }.Select(k => film.Number(k, 512, 288)));
    }

    [Fact]
    public async Task Stitch_MakesAFileThatPlaysEverywhere()
    {
        var result = await footage.Stitch(footage.Plain);
        string Facts(string entries) =>
            Tool.Text("ffprobe", "-v", "error", "-show_entries", entries, "-of", "compact=p=0:nk=1", result.VideoPath);
        Assert.Equal(
            ["h264|High|yuv420p|tv|bt709|bt709|bt709|0.000000", "aac|LC|0.000000"],
            Facts("stream=codec_name,profile,pix_fmt,color_range,color_space,color_transfer,color_primaries,start_time").Split('\n'));
        Assert.Contains("48000|2", Facts("stream=sample_rate,channels"), StringComparison.Ordinal);
        Assert.DoesNotContain("Lavf", Facts("format_tags"), StringComparison.Ordinal);

        var head = System.Text.Encoding.Latin1.GetString((await File.ReadAllBytesAsync(result.VideoPath))[..4096]);
        Assert.True(head.IndexOf("moov", StringComparison.Ordinal) is > 0 and < 200, "the index is in front");
        Assert.Equal("", Tool.Text("ffmpeg", "-v", "warning", "-i", result.VideoPath, "-f", "null", "-"));
        var keys = KeyFrames(result.VideoPath);
        Assert.Equal(0, keys[0]);
        Assert.All(keys.Zip(keys.Skip(1).Append(3)), pair => Assert.InRange(pair.Second - pair.First, 0.001, 1.001));
    }

    [Fact]
    public async Task Stitch_GivesTheSameBytes_ForTheSameRequest()
    {
        var bytes = await File.ReadAllBytesAsync((await footage.Stitch(footage.Plain)).VideoPath);
        Assert.Equal(bytes, await File.ReadAllBytesAsync((await footage.Stitch(footage.Plain)).VideoPath));
    }

    [Fact]
    public async Task Stitch_LaysTheVoiceOver_AndLowersTheFilm()
    {
        var voice = footage.Ffmpeg("voice.wav", "-f", "lavfi", "-i", "sine=700:r=44100:d=1", "-af", "adelay=500");
        var alone = Film.Read((await footage.Stitch(footage.Plain)).VideoPath);
        var request = Footage.Request(footage.Plain) with { VoiceOverPath = voice };
        var film = Film.Read((await footage.Stitch(request)).VideoPath);

        Assert.InRange(Loudest(film, 0.6, 0.9), 0.1, 0.14); // the voice between two beeps, as loud as it is
        Assert.InRange(Loudest(film, 2.0, 2.04) / Loudest(alone, 2.0, 2.04), 0.3, 0.4); // a beep after the voice
        Assert.Equal(90, film.Frames);
    }

    /// <summary>The frame of the film nearest to a time; ffprobe prints microseconds, so a tie may come out just below itself.</summary>
    private static int Slot(double seconds) => (int)Math.Floor((seconds * 30) + 0.5 + 1e-4);

    private static float Loudest(Film film, double from, double to)
    {
        var loudest = 0f;
        foreach (var sample in film.Sound[(int)(from * 48_000)..(int)(to * 48_000)])
        {
            loudest = Math.Max(loudest, Math.Abs(sample));
        }

        return loudest;
    }

    private static List<double> KeyFrames(string path) =>
    [
        .. Tool.Text("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0", path)
            .Split('\n').Where(l => l.Contains(",K", StringComparison.Ordinal))
            .Select(l => double.Parse(l.Split(',')[0], CultureInfo.InvariantCulture)).Order(),
    ];

    private sealed record Piece(string Path, int Width, int Height, double Start, double? End);
}

/// <summary>What a player shows of a file, and when.</summary>
internal static class Presented
{
    /// <summary>When each frame is shown, in seconds from the file's beginning.</summary>
    public static List<double> Times(string path)
    {
        var begin = Number(Tool.Text("ffprobe", "-v", "error", "-show_entries", "format=start_time", "-of", "csv=p=0", path));
        return [.. Lines(path, "packet=pts_time").Select(l => Number(l.TrimEnd(',')) - begin).Order()];
    }

    /// <summary>The numbers that the frames bear, in their order.</summary>
    public static List<int> Numbers(string path, int width, int height)
    {
        var film = Film.ReadPicture(path);
        return [.. Enumerable.Range(0, film.Frames).Select(k => film.Number(k, width, height))];
    }

    /// <summary>Where the picture ends, in seconds from the file's beginning.</summary>
    public static double EndOf(string path) => Times(path)[^1] + (1 / FrameRate.Parse(Lines(path, "stream=r_frame_rate")[0])!.PerSecond);

    private static string[] Lines(string path, string entries) =>
        Tool.Text("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", entries, "-of", "csv=p=0", path)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
