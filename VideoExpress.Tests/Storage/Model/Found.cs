namespace VideoExpress.Tests.Storage.Model;

/// <summary>
/// Small cases that once found a mistake. They are kept as steps, for a seed means another case when the generator changes.
/// </summary>
internal static class Found
{
    private static readonly NewJob Queued = new("Enqueued", "urgent", 60, "a");

    private static readonly InTransaction AQueuedJob = Committed(Queued);

    public static readonly Dictionary<string, Step[]> Cases = new(StringComparer.Ordinal)
    {
        ["a second acknowledgement, after the row's id was given to another job"] =
        [
            AQueuedJob,
            new Fetch(["urgent"]),
            new InUnit([Committed(new Acknowledge(0)), Committed(Queued, new Acknowledge(0))], Commits: true),
            Committed(new Enqueue(1, "urgent")),
            new Fetch(["urgent"]),
            new Fetch(["urgent"]),
        ],
        ["an acknowledgement that fails inside of a unit of work"] =
        [
            AQueuedJob,
            new Fetch(["urgent"]),
            new InUnit([new InTransaction([new Acknowledge(0)], Ending.Fail)], Commits: true),
            new EndFetch(0, Requeue: true),
            new Fetch(["urgent"]),
        ],
        ["a job whose creation fails inside of a unit of work, in nobody's queue"] =
        [
            new InUnit([new InTransaction([Queued], Ending.Fail)], Commits: true),
            new Fetch(["urgent"]),
        ],
        ["a counter that is to live longer and then shorter"] =
        [
            Committed(new Count("k", Up: true, 20)),
            Committed(new Count("k", Up: true, 5)),
            new Pass(10),
            new RemoveExpired(),
        ],
    };

    private static InTransaction Committed(params Write[] writes) => new(writes, Ending.Commit);
}
