namespace VideoExpress.Bench.Storage.Measures;

/// <summary>Jobs that do nothing, all queued before the server starts.</summary>
internal sealed class Drain : Measure
{
    public override string Name => "drain";

    public override IEnumerable<Figure> Run(Round round)
    {
        using var peer = round.SQLite();
        using var inMemoryPeer = new InMemoryPeer();
        peer.Fill(round.WarmUp + round.Slice * Work.Slices);
        inMemoryPeer.Fill(round.WarmUp + round.Slice * Work.Slices);
        using var server = peer.Serve();
        using var inMemoryServer = inMemoryPeer.Serve();
        peer.Tally.Let(round.WarmUp);
        inMemoryPeer.Tally.Let(round.WarmUp);
        var times = Work.Alternate(round.Raw.Slice, () => peer.Tally.Let(round.Slice), () => inMemoryPeer.Tally.Let(round.Slice));

        var (raw, rate, inMemory) = (round.Raw.Rate(times[0]), Round.Rate(round.Slice, times[1]), Round.Rate(round.Slice, times[2]));
        return
        [
            new Figure("drain, 8 workers", rate, "jobs/s", rate / raw, Figure.OfRaw, Bar.Least(0.5)),
            new Figure(
                "drain, 8 workers, InMemory", inMemory, "jobs/s", rate / inMemory, Figure.OfInMemory, Bar.Least(0.15, stretch: 0.25)),
        ];
    }
}
