namespace VideoExpress.Tests.Storage.Model;

/// <summary>Random cases, from few keys, values and times, so that steps meet.</summary>
internal static class Cases
{
    public static readonly string[] Keys = ["k", "K", "l"], Queues = ["default", "urgent"];

    private static readonly string[] Values = ["a", "b", "c", ""], States = ["Enqueued", "Processing", "Succeeded", "Failed", "Own"];

    private static readonly double[] Scores = [-1, 0, 0.5, 1, 1.5, 2, 1e12];

    private static readonly Func<Random, Write>[] Writes =
    [
        random => new NewJob(random.OrNull(States), random.OrNull(Queues), random.Next(1, 30), random.From(Values)),
        random => new NewJob("Enqueued", random.From(Queues), 60, random.From(Values)),
        random => new SetState(random.Next(4), random.From(States), random.From(Values)),
        random => new AddState(random.Next(4), random.From(States), random.From(Values)),
        random => new SetParameter(random.Next(4), random.From(Values), random.OrNull(Values)),
        random => new ExpireJob(random.Next(4), random.Minutes()),
        random => new Enqueue(random.Next(4), random.From(Queues)),
        random => new Count(random.From(Keys), random.Next(3) > 0, random.Minutes()),
        random => new Count(random.From(Keys), random.Next(3) > 0, random.Minutes()),
        random => new AddToSet(random.From(Keys), random.From(Values), random.From(Scores)),
        random => new AddToSet(random.From(Keys), random.From(Values), random.From(Scores)),
        random => new AddRangeToSet(random.From(Keys), [random.From(Values), random.From(Values)]),
        random => new RemoveFromSet(random.From(Keys), random.From(Values)),
        random => new Insert(random.From(Keys), random.From(Values)),
        random => new Insert(random.From(Keys), random.From(Values)),
        random => new RemoveFromList(random.From(Keys), random.From(Values)),
        random => new Trim(random.From(Keys), random.Next(3), random.Next(5)),
        random => new SetFields(random.From(Keys), [random.From(Values), random.From(Values)], random.OrNull(Values)),
        random => new Remove(random.Next(2) == 0 ? Collection.Set : Collection.Hash, random.From(Keys)),
        random => new Expire((Collection)random.Next(3), random.From(Keys), random.Minutes()),
    ];

    private static readonly Func<Random, Step>[] Steps =
    [
        ATransaction, ATransaction, ATransaction, ATransaction, ATransaction, ATransaction,
        random => new InUnit([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => ATransaction(random))], random.Next(4) > 0),
        random => new Fetch([random.From(Queues)]),
        _ => new Fetch(Queues),
        random => new EndFetch(random.Next(3), Requeue: random.Next(2) == 0),
        random => new Begin(random.Next(3), SomeWrites(random)),
        random => new End(random.Next(3)),
        random => new WriteAlone(random.Next(4), random.From(Keys), random.OrNull(Values)),
        random => new Announce(random.From(Values)),
        random => new Beat(random.From(Values)),
        random => new RemoveSilent(random.Next(1, 20)),
        random => new Lock(random.Next(3), random.From(Keys)),
        random => new Lock(random.Next(3), random.From(Keys)),
        random => new Unlock(random.Next(3)),
        random => new Reconnect(random.Next(3)),
        random => new Pass(random.Next(1, 15)),
        random => new Pass(random.Next(1, 15)),
        _ => new RemoveExpired(),
        _ => new RemoveExpired(),
        _ => new Look(),
        _ => new Look(),
    ];

    public static List<Step> Random(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, random.Next(10, 80)).Select(_ =>
            random.Next(40) == 0 ? new Reopen() : random.From(Steps)(random))];
    }

    private static Write[] SomeWrites(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.From(Writes)(random))];

    /// <summary>Only here a fetched job is acknowledged: it must not end otherwise before the commit.</summary>
    private static InTransaction ATransaction(Random random) => new(
        [.. SomeWrites(random), .. random.Next(4) == 0 ? (Write[])[new Acknowledge(random.Next(3))] : []],
        random.Next(8) switch { 0 => Ending.Abandon, 1 => Ending.Fail, _ => Ending.Commit });

    private static T From<T>(this Random random, T[] all) => all[random.Next(all.Length)];

    private static string? OrNull(this Random random, string[] all) => random.Next(4) == 0 ? null : random.From(all);

    private static int? Minutes(this Random random) => random.Next(3) == 0 ? null : random.Next(1, 30);
}
