using System.Collections.Concurrent;
using VideoExpress.Tests.Integration.Timeline;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>Real files of every kind, each made once by ffmpeg.</summary>
internal static class MediaFiles
{
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Made = new();

    /// <summary>A second of 320x180 with a tone, as QuickTime's mp4.</summary>
    public static byte[] Video => Make("video.mp4", [.. Picture("testsrc2=s=320x180:r=24:d=1"), .. Tone, "-pix_fmt", "yuv420p", "-preset", "ultrafast"]);

    /// <summary>The same turned by a quarter, as telephones do it.</summary>
    public static byte[] Turned
    {
        get
        {
            using var folder = new TempFolder();
            File.WriteAllBytes(folder.File("flat.mp4"), Video);
            return Make("turned.mp4", ["-i", folder.File("flat.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90"]);
        }
    }

    public static byte[] Webm => Make("video.webm", [.. Picture("testsrc2=s=160x90:r=25:d=1"), "-c:v", "libvpx", "-deadline", "realtime"]);

    public static byte[] QuickTime => Make("video.mov", [.. Picture("testsrc2=s=160x90:r=25:d=1"), "-pix_fmt", "yuv420p", "-preset", "ultrafast"]);

    public static byte[] AnimatedGif => Make("animated.gif", Picture("testsrc2=s=64x64:r=5:d=1"));

    public static byte[] StillGif => Make("still.gif", [.. Picture("testsrc2=s=64x64:r=5:d=1"), "-frames:v", "1"]);

    public static byte[] Mp3 => Make("sound.mp3", Tone);

    public static byte[] Wav => Make("sound.wav", Tone);

    public static byte[] M4a => Make("sound.m4a", Tone);

    public static byte[] Ogg => Make("sound.ogg", [.. Tone, "-c:a", "libvorbis"]);

    public static byte[] Flac => Make("sound.flac", Tone);

    /// <summary>1280x720, the left half wholly transparent.</summary>
    public static byte[] Transparent =>
        Make("alpha.png", [.. Picture("color=red:s=1280x720,format=rgba,geq=r=255:g=0:b=0:a='255*gte(X,640)'"), "-frames:v", "1"]);

    public static byte[] Jpeg => Make("still.jpg", [.. Picture("testsrc=s=641x481"), "-frames:v", "1"]);

    public static byte[] Webp => Make("still.webp", [.. Picture("testsrc2=s=320x240"), "-frames:v", "1"]);

    /// <summary>56 million pixels in a few kilobytes.</summary>
    public static byte[] Huge => Make("huge.png", [.. Picture("color=red:s=7500x7500,format=monob"), "-frames:v", "1"]);

    private static string[] Tone => ["-f", "lavfi", "-i", "sine=d=1:r=44100"];

    private static string[] Picture(string source) => ["-f", "lavfi", "-i", source];

    private static byte[] Make(string name, string[] arguments) => Made.GetOrAdd(name, _ => new Lazy<byte[]>(() =>
    {
        using var folder = new TempFolder();
        Tool.Run("ffmpeg", ["-v", "error", "-y", .. arguments, folder.File(name)]);
        return File.ReadAllBytes(folder.File(name));
    })).Value;
}
