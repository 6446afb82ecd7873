using System.Globalization;

namespace VideoExpress.Bench.Storage;

/// <summary>A value, and what it is in relation to something else; the bar is for the relation, if there is one.</summary>
internal sealed record Figure(string Name, double Value, string Unit, double? Ratio = null, string RatioUnit = "", Bar? Bar = null)
{
    public const string OfRaw = "× raw";

    public const string OfInMemory = "× InMemory";

    public double Judged => Ratio ?? Value;

    public string JudgedUnit => Ratio is null ? Unit : RatioUnit;

    /// <summary>Three digits that count, whatever the size.</summary>
    public static string Write(double number) => number.ToString(
        Math.Abs(number) switch { >= 100 => "#,0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);
}

/// <summary>What is promised, and what would be better still.</summary>
internal sealed record Bar(bool AtLeast, double Limit, double? Stretch = null)
{
    public static Bar Least(double limit, double? stretch = null) => new(AtLeast: true, limit, stretch);

    public static Bar Most(double limit) => new(AtLeast: false, limit);

    public string Verdict(double value) =>
        !IsMet(value) ? "MISSED" : Stretch is { } stretch && Holds(value, stretch) ? "met, stretch too" : "met";

    public bool IsMet(double value) => Holds(value, Limit);

    public override string ToString()
    {
        var stretch = Stretch is { } more ? $" ({more.ToString(CultureInfo.InvariantCulture)})" : "";
        return $"{(AtLeast ? '≥' : '≤')} {Limit.ToString(CultureInfo.InvariantCulture)}{stretch}";
    }

    private bool Holds(double value, double limit) => AtLeast ? value >= limit : value <= limit;
}
