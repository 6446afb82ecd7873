namespace VideoExpress.Bench.Storage.Measures;

/// <summary>Whole chains of four, each made in one unit of work; by InMemory with the stock client, for it has nothing better.</summary>
internal sealed class Chains : Measure
{
    public const int Length = 4;

    private const int Threads = 8;

    public override string Name => "chains";

    public override IEnumerable<Figure> Run(Round round)
    {
        var slice = Math.Max(1, round.Slice / Length);
        using var peer = round.SQLite();
        using var inMemoryPeer = new InMemoryPeer();
        Create(peer, Threads, round.WarmUp / Length);
        Create(inMemoryPeer, Threads, round.WarmUp / Length);
        var times = Work.Alternate(
            round.Raw.Slice,
            () => Create(peer, threads: 1, slice),
            () => Create(peer, Threads, slice),
            () => Create(inMemoryPeer, Threads, slice));

        var raw = round.Raw.Rate(times[0]);
        var (one, many, inMemory) = (Round.Rate(slice, times[1]), Round.Rate(slice, times[2]), Round.Rate(slice, times[3]));
        return
        [
            new Figure("chains of four, 1 thread", one, "chains/s", one / raw, Figure.OfRaw, Bar.Least(0.35)),
            new Figure("chains of four, 8 threads", many, "chains/s", many / inMemory, Figure.OfInMemory, Bar.Least(0.7)),
            new Figure("chains of four, 8 threads, InMemory", inMemory, "chains/s"),
        ];
    }

    private static TimeSpan Create(Peer peer, int threads, int count) =>
        Work.Repeat(threads, count, () => peer.CreateChain(peer.Counted, Length));
}
