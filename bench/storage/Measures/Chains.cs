namespace VideoExpress.Bench.Storage.Measures;

/// <summary>Whole chains of four, each made in one unit of work; by InMemory with the stock client, for it has nothing better.</summary>
internal sealed class Chains : Measure
{
    public const int Length = 4;

    private const int Threads = 8;

    public override string Name => "chains";

    public override IEnumerable<Figure> Run(Round round)
    {
        var (one, raw) = round.Raw.Around(() => Rate(round, round.SQLite(), threads: 1));
        yield return new Figure("chains of four, 1 thread", one, "chains/s", one / raw, Figure.OfRaw, Bar.Least(0.35));

        var many = Rate(round, round.SQLite(), Threads);
        var inMemory = Rate(round, new InMemoryPeer(), Threads);
        yield return new Figure("chains of four, 8 threads", many, "chains/s", many / inMemory, Figure.OfInMemory, Bar.Least(0.7));
    }

    private static double Rate(Round round, Peer peer, int threads)
    {
        using (peer)
        {
            return Work.Rate(threads, round.WarmUp / Length, round.Jobs / Length, () => peer.CreateChain(Jobs.Counted, Length));
        }
    }
}
