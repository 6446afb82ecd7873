using Hangfire.States;

namespace VideoExpress.Bench.Storage.Measures;

/// <summary>One thread, Hangfire's own client: it commits the job first, which needs no sync here, and its state second.</summary>
internal sealed class Enqueue : Measure
{
    public override string Name => "enqueue";

    public override IEnumerable<Figure> Run(Round round)
    {
        using var peer = round.SQLite();
        Work.Repeat(1, round.WarmUp, Create);
        var times = Work.Alternate(round.Raw.Slice, () => Work.Repeat(1, round.Slice, Create));
        var (raw, rate) = (round.Raw.Rate(times[0]), Round.Rate(round.Slice, times[1]));
        return [new Figure("enqueue, 1 thread, stock client", rate, "/s", rate / raw, Figure.OfRaw, Bar.Least(0.6))];

        void Create() => peer.Client.Create(peer.Counted, new EnqueuedState());
    }
}
