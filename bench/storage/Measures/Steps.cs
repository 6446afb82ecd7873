namespace VideoExpress.Bench.Storage.Measures;

/// <summary>Chains of four jobs that do nothing: each step that ends starts the next.</summary>
internal sealed class Steps : Measure
{
    public override string Name => "steps";

    public override IEnumerable<Figure> Run(Round round)
    {
        using var peer = round.SQLite();
        var chains = (round.WarmUp + round.Slice * Work.Slices + Chains.Length - 1) / Chains.Length;
        Work.Repeat(threads: 8, chains, () => peer.CreateChain(peer.Counted, Chains.Length));
        using var server = peer.Serve();
        peer.Tally.Let(round.WarmUp);
        var times = Work.Alternate(round.Raw.Slice, () => peer.Tally.Let(round.Slice));
        peer.Tally.LetAll();

        var (raw, rate) = (round.Raw.Rate(times[0]), Round.Rate(round.Slice, times[1]));
        return [new Figure("steps of chains of four, 8 workers", rate, "steps/s", rate / raw, Figure.OfRaw, Bar.Least(0.5))];
    }
}
