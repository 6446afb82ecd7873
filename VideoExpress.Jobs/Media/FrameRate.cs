using System.Globalization;

namespace VideoExpress.Jobs.Media;

/// <summary>
/// Frames per second as an exact fraction, and the only place where frames, microseconds and samples are turned into each other.
/// </summary>
public sealed record FrameRate
{
    /// <summary>Sample rate of every film's sound, in hertz.</summary>
    public const int SampleRate = 48_000;

    private const long MicrosPerSecond = 1_000_000;

    /// <summary>Makes a rate, reduced to lowest terms.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not positive.</exception>
    public FrameRate(int numerator, int denominator)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(numerator);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(denominator);
        var divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(numerator, denominator);
        (Numerator, Denominator) = (numerator / divisor, denominator / divisor);
    }

    /// <summary>Frames in <see cref="Denominator"/> seconds.</summary>
    public int Numerator { get; }

    /// <summary>Seconds; 1, or 1001 for the rates of American television.</summary>
    public int Denominator { get; }

    /// <summary>Frames per second, for comparisons and for people.</summary>
    public double PerSecond => (double)Numerator / Denominator;

    /// <summary>Reads <c>30000/1001</c> as ffprobe writes it; null for <c>0/0</c> and anything else that is no rate.</summary>
    public static FrameRate? Parse(string? text)
    {
        var parts = (text ?? "").Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var numerator) && numerator > 0
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var denominator) && denominator > 0
            ? new FrameRate(numerator, denominator)
            : null;
    }

    /// <summary>The frame boundary nearest to a time.</summary>
    public long FrameAt(long micros) => Scale(micros, Numerator, Denominator * MicrosPerSecond);

    /// <summary>The time of a frame's beginning, rounded to a microsecond.</summary>
    public long MicrosAt(long frame) => Scale(frame, Denominator * MicrosPerSecond, Numerator);

    /// <summary>The sample, at <see cref="SampleRate"/>, with which a frame begins.</summary>
    public long SampleAt(long frame) => Scale(frame, (long)Denominator * SampleRate, Numerator);

    /// <summary>As ffmpeg takes it: <c>30/1</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private static long Scale(long value, long multiplier, long divisor)
    {
        var product = (Int128)value * multiplier * 2;
        return (long)((product + (product < 0 ? -divisor : divisor)) / ((Int128)divisor * 2));
    }
}
