namespace VideoExpress.Bench.Storage.Measures;

/// <summary>Chains of four jobs that do nothing: each step that ends starts the next.</summary>
internal sealed class Steps : Measure
{
    public override string Name => "steps";

    public override IEnumerable<Figure> Run(Round round)
    {
        var (rate, raw) = round.Raw.Around(() => Rate(round));
        yield return new Figure("steps of chains of four, 8 workers", rate, "steps/s", rate / raw, Figure.OfRaw, Bar.Least(0.5));
    }

    private static double Rate(Round round)
    {
        using var peer = round.SQLite();
        for (var steps = round.WarmUp + round.Jobs; steps > 0; steps -= Chains.Length)
        {
            peer.CreateChain(Jobs.Counted, Chains.Length);
        }

        Tally.Expect(round.WarmUp, round.Jobs);
        Work.Settle();
        using var server = peer.Serve();
        return Tally.Rate();
    }
}
