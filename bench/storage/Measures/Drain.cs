namespace VideoExpress.Bench.Storage.Measures;

/// <summary>Jobs that do nothing, all queued before the server starts.</summary>
internal sealed class Drain : Measure
{
    public override string Name => "drain";

    public override IEnumerable<Figure> Run(Round round)
    {
        var (rate, raw) = round.Raw.Around(() => Rate(round, round.SQLite()));
        yield return new Figure("drain, 8 workers", rate, "jobs/s", rate / raw, Figure.OfRaw, Bar.Least(0.5));

        var inMemory = Rate(round, new InMemoryPeer());
        yield return new Figure("drain, 8 workers, InMemory", inMemory, "jobs/s", rate / inMemory, Figure.OfInMemory, Bar.Least(0.15, stretch: 0.25));
    }

    private static double Rate(Round round, Peer peer)
    {
        using (peer)
        {
            peer.Fill(Jobs.Counted, round.WarmUp + round.Jobs);
            Tally.Expect(round.WarmUp, round.Jobs);
            Work.Settle();
            using var server = peer.Serve();
            return Tally.Rate();
        }
    }
}
