using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Tests.Integration.Timeline;

/// <summary>Makes footage whose every frame bears its number, with a beep each second, and films of it. Shared by one collection.</summary>
public sealed class Footage : IDisposable
{
    /// <summary>Bars across the picture, white for 1, the lowest bit at the left.</summary>
    public const int Bits = 8;

    private const string Number = "geq=lum='16+219*mod(floor(N/pow(2,floor(X*8/W))),2)':cb=128:cr=128";

    private readonly FfmpegRunner _runner = new(TimeProvider.System, NullLogger<FfmpegRunner>.Instance);
    private readonly Lazy<string> _plain;
    private readonly Lazy<string> _grey;
    private readonly Lazy<Task<Film>> _greyFilm;

    public Footage()
    {
        Folder = Directory.CreateTempSubdirectory("footage-").FullName;
        Probe = new MediaProbe(TimeProvider.System);
        Posters = new PosterMaker(_runner);
        _plain = new Lazy<string>(() => Make("plain.mp4", seconds: 3));
        _grey = new Lazy<string>(() => Ffmpeg("grey.mp4", "-f", "lavfi", "-i", "color=gray:s=480x270:r=30:d=1.1", "-preset", "ultrafast"));
        _greyFilm = new Lazy<Task<Film>>(async () => Film.ReadPicture((await Stitch(Grey, Grey)).VideoPath));
    }

    public string Folder { get; }

    public MediaProbe Probe { get; }

    public PosterMaker Posters { get; }

    /// <summary>3 seconds, 320x180, 30 frames a second, stereo.</summary>
    public string Plain => _plain.Value;

    /// <summary>1.1 seconds (33 frames) of plain grey, 480x270.</summary>
    public string Grey => _grey.Value;

    /// <summary>A film of <see cref="Grey"/>, twice, without captions.</summary>
    internal Task<Film> GreyFilm => _greyFilm.Value;

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A fresh folder for a film.</summary>
    public string WorkFolder() => Directory.CreateDirectory(PathOf(Path.GetRandomFileName())).FullName;

    /// <summary>Numbered footage.</summary>
    /// <param name="name">File name; its extension is the format.</param>
    /// <param name="size">Width x height.</param>
    /// <param name="rate">Frames per second, as ffmpeg takes it.</param>
    /// <param name="seconds">Length.</param>
    /// <param name="sound">Channels and rate of the beeps; null for none.</param>
    /// <param name="more">Further ffmpeg arguments before the output.</param>
    public string Make(
        string name,
        string size = "320x180",
        string rate = "30",
        double seconds = 2,
        (int Channels, int Rate)? sound = null,
        params string[] more)
    {
        sound ??= (2, 48_000);
        var length = seconds.ToString(CultureInfo.InvariantCulture);
        var beep = "if(lt(mod(t,1),0.05),0.5*sin(2*PI*1000*t),0)";
        var channels = string.Join('|', Enumerable.Repeat($"'{beep}'", Math.Max(1, sound.Value.Channels)));
        string[] audio = sound.Value.Channels == 0
            ? []
            : ["-f", "lavfi", "-i", string.Create(CultureInfo.InvariantCulture, $"aevalsrc={channels}:s={sound.Value.Rate}:d={length}")];
        return Ffmpeg(
            name,
            [
                "-f", "lavfi", "-i", $"color=black:s={size}:r={rate}:d={length},{Number}", .. audio,
                "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-crf", "12", "-g", "15", .. more,
            ]);
    }

    /// <summary>Any other footage; gives its path.</summary>
    public string Ffmpeg(string name, params string[] arguments)
    {
        Tool.Run("ffmpeg", ["-v", "error", "-y", .. arguments, PathOf(name)]);
        return PathOf(name);
    }

    /// <summary>Makes a film.</summary>
    public async Task<StitchResult> Stitch(StitchRequest request, string? folder = null, CancellationToken cancellationToken = default) =>
        await Stitcher().RunAsync(request, folder ?? WorkFolder(), new Progress<double>(), cancellationToken);

    /// <summary>Makes a film of whole clips.</summary>
    public Task<StitchResult> Stitch(params string[] clips) => Stitch(Request(clips));

    public Stitcher Stitcher() => new(Probe, _runner, Posters);

    public static StitchRequest Request(params string[] clips) =>
        new([.. clips.Select((c, i) => new StitchClip(c, 0, null, $"clip {i + 1}"))], []);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>ffmpeg's tests run one after another: they share the machine's cores, and some measure time.</summary>
[CollectionDefinition(Name)]
public sealed class FootageCollection : ICollectionFixture<Footage>
{
    public const string Name = "footage";
}
