using Hangfire.States;

namespace VideoExpress.Bench.Storage.Measures;

/// <summary>One thread, Hangfire's own client: it commits the job first and its state second.</summary>
internal sealed class Enqueue : Measure
{
    public override string Name => "enqueue";

    public override IEnumerable<Figure> Run(Round round)
    {
        using var peer = round.SQLite();
        var (rate, raw) = round.Raw.Around(() =>
            Work.Rate(1, round.WarmUp, round.Jobs, () => peer.Client.Create(Jobs.Counted, new EnqueuedState())));
        yield return new Figure("enqueue, 1 thread, stock client", rate, "/s", rate / raw, Figure.OfRaw, Bar.Least(0.38, stretch: 0.6));
    }
}
