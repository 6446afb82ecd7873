namespace VideoExpress.Bench.Storage;

/// <summary>The figures of all rounds, and one table of their medians.</summary>
internal sealed class Report
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, List<Figure>> _figures = [];

    public bool AllMet => _names.Select(Median).All(figure => figure.Bar?.IsMet(figure.Judged) ?? true);

    public void Add(IEnumerable<Figure> figures)
    {
        foreach (var figure in figures)
        {
            if (!_figures.TryGetValue(figure.Name, out var rounds))
            {
                _names.Add(figure.Name);
                _figures.Add(figure.Name, rounds = []);
            }

            rounds.Add(figure);
        }
    }

    public void Print(TextWriter output, string heading)
    {
        output.WriteLine(heading);
        output.WriteLine(Line("measure (medians)", "figure", "ratio", "bar", ""));
        foreach (var figure in _names.Select(Median))
        {
            output.WriteLine(Line(
                figure.Name,
                $"{Figure.Write(figure.Value)} {figure.Unit}",
                figure.Ratio is { } ratio ? $"{Figure.Write(ratio)} {figure.RatioUnit}" : "",
                figure.Bar is { } bar ? $"{bar} {figure.JudgedUnit}" : "",
                figure.Bar?.Verdict(figure.Judged) ?? ""));
        }
    }

    private static string Line(string name, string figure, string ratio, string bar, string verdict) =>
        $"{name,-46} {figure,16}  {ratio,-20} {bar,-26} {verdict}".TrimEnd();

    private Figure Median(string name)
    {
        var rounds = _figures[name];
        return rounds[0] with
        {
            Value = Samples.Median(rounds.Select(figure => figure.Value)),
            Ratio = rounds[0].Ratio is null ? null : Samples.Median(rounds.Select(figure => figure.Ratio!.Value)),
        };
    }
}
