using System.Globalization;
using System.Runtime.InteropServices;

namespace VideoExpress.Tests.Integration.Timeline;

/// <summary>A decoded film: luma of its frames, samples of its sound.</summary>
internal sealed class Film
{
    private readonly byte[] _luma;
    private readonly float[] _sound;

    private Film(int width, int height, byte[] luma, float[] sound) => (Width, Height, _luma, _sound) = (width, height, luma, sound);

    public int Width { get; }

    public int Height { get; }

    public int Frames => _luma.Length / (Width * Height);

    public ReadOnlySpan<float> Sound => _sound;

    public static Film Read(string path)
    {
        var sound = Tool.Run("ffmpeg", ["-v", "error", "-i", path, "-vn", "-f", "f32le", "-ac", "1", "-ar", "48000", "-"]);
        return Read(path, MemoryMarshal.Cast<byte, float>(sound).ToArray());
    }

    public static Film ReadPicture(string path) => Read(path, []);

    private static Film Read(string path, float[] sound)
    {
        // As a player does it: turned upright.
        var size = Tool.Text("ffmpeg", "-v", "error", "-i", path, "-an", "-frames:v", "1", "-f", "framecrc", "-pix_fmt", "gray", "-");
        var sides = size.Split('\n').Single(l => l.StartsWith("#dimensions 0:", StringComparison.Ordinal))["#dimensions 0:".Length..].Trim()
            .Split('x').Select(s => int.Parse(s, CultureInfo.InvariantCulture)).ToArray();
        var luma = Tool.Run(
            "ffmpeg", ["-v", "error", "-i", path, "-an", "-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-"]);
        return new Film(sides[0], sides[1], luma, sound);
    }

    public ReadOnlySpan<byte> Frame(int index) => _luma.AsSpan(index * Width * Height, Width * Height);

    public byte At(int frame, int x, int y) => Frame(frame)[(y * Width) + x];

    /// <summary>The number that a frame bears within the part of the picture that the clip fills.</summary>
    public int Number(int frame, int clipWidth, int clipHeight)
    {
        var scale = Math.Min((double)Width / clipWidth, (double)Height / clipHeight);
        var (width, left) = (clipWidth * scale, (Width - (clipWidth * scale)) / 2);
        return Enumerable.Range(0, Footage.Bits)
            .Sum(bit => At(frame, (int)(left + ((bit + 0.5) * width / Footage.Bits)), Height / 2) > 128 ? 1 << bit : 0);
    }

    /// <summary>Where beeps begin, in seconds.</summary>
    public List<double> Beeps()
    {
        var beeps = new List<double>();
        for (var i = 0; i < _sound.Length; i++)
        {
            if (Math.Abs(_sound[i]) > 0.05)
            {
                beeps.Add(i / 48_000.0);
                i += 9600; // a beep lasts 2400 samples
            }
        }

        return beeps;
    }

    /// <summary>Mean difference of two frames within some rows.</summary>
    public double Difference(int frame, Film other, int otherFrame, int fromRow, int toRow)
    {
        var sum = 0L;
        for (var i = fromRow * Width; i < toRow * Width; i++)
        {
            sum += Math.Abs(Frame(frame)[i] - other.Frame(otherFrame)[i]);
        }

        return (double)sum / ((toRow - fromRow) * Width);
    }
}
