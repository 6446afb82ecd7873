using System.Globalization;

namespace VideoExpress.Bench.Inflight;

/// <summary>A table of figures; those with a bar decide the exit code.</summary>
internal sealed class Report
{
    private readonly List<(string What, string Figure, string Bar)> _rows = [];

    public bool AllMet { get; private set; } = true;

    public void Add(string what, double figure, string unit, double? atMost = null)
    {
        var isMet = atMost is null || figure <= atMost;
        AllMet &= isMet;
        _rows.Add((what, $"{Text(figure)} {unit}".TrimEnd(), atMost is { } bar ? $"≤ {Text(bar)}{(isMet ? "" : " MISSED")}" : ""));
    }

    public void Print(TextWriter to)
    {
        to.WriteLine("| what | figure | bar |\n|---|---|---|");
        foreach (var (what, figure, bar) in _rows)
        {
            to.WriteLine($"| {what} | {figure} | {bar} |");
        }
    }

    private static string Text(double number) => number.ToString(Math.Abs(number) < 10 ? "0.##" : "#,0", CultureInfo.InvariantCulture);
}
