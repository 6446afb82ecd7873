using VideoExpress.Jobs.Failpoints;
using VideoExpress.Tests.Provider;

namespace VideoExpress.Tests.Durability.Torture;

/// <summary>Makes schedules: all chains by all their failpoints by all ways to crash there, over and over with other details; and a monkey's.</summary>
internal static class Schedules
{
    private static readonly string[] JobPoints = [FailpointNames.JobAccepted];

    private static readonly string[] SubmitPoints =
        [.. Of("submit"), FailpointNames.AttemptCommitted, FailpointNames.SubmissionAnswered, FailpointNames.AttemptMarked];

    private static readonly string[] UploadPoints = [.. Of("upload"), FailpointNames.FilePublished];

    private static readonly string[] GpuPoints = [.. JobPoints, .. SubmitPoints, .. Of("poll"), FailpointNames.WebhookRecorded, .. UploadPoints];

    private static readonly string[] DraftPoints =
    [
        FailpointNames.GatewayAccepted, FailpointNames.GatewayHandedOut, FailpointNames.GatewayReported, FailpointNames.SubmissionAnswered, .. Of("poll"),
    ];

    /// <summary>Every chain with the failpoints on its way.</summary>
    public static IReadOnlyList<(Chain Chain, string Failpoint)> Places { get; } =
    [
        .. GpuPoints.Select(point => (Chain.Gpu, point)),
        .. GpuPoints.Concat(Of("stitch")).Select(point => (Chain.GpuWithStitch, point)),
        .. JobPoints.Concat(Of("stitch")).Concat(UploadPoints).Select(point => (Chain.Local, point)),
        .. Of("cancel").Append(FailpointNames.JobCanceled).Concat(SubmitPoints).Concat(Of("poll")).Select(point => (Chain.Canceled, point)),
        .. DraftPoints.Select(point => (Chain.Draft, point)),
    ];

    /// <summary>How many seeds in a row take every failpoint of every chain in every way.</summary>
    public static int Round { get; } = Places.Count * Enum.GetValues<Crashes>().Length;

    /// <summary>The schedule of a seed: its failpoint, chain and crashes go in turn, all else is drawn.</summary>
    public static Schedule Of(int seed)
    {
        var (chain, failpoint) = Places[seed % Places.Count];
        var crashes = Enum.GetValues<Crashes>()[seed / Places.Count % Enum.GetValues<Crashes>().Length];
        var random = new Random(seed);
        var needsLoss = failpoint == FailpointNames.AttemptMarked;
        var jobs = new List<PlannedJob>
        {
            Job(chain, random, needsLoss ? new Misbehaviour { Run = RunLie.Loses } : Misbehaviour.None),
            Job(chain, random, needsLoss ? new Misbehaviour { Run = RunLie.Loses } : Misbehaviours.Harmless(random, chance: 0.6)),
        };
        var first = new Death($"{failpoint}:{(failpoint.StartsWith("poll", StringComparison.Ordinal) ? random.Next(1, 4) : random.Next(1, 3))}", null);
        IReadOnlyList<Death> deaths = crashes switch
        {
            Crashes.One => [first],
            Crashes.Two => [first, new Death($"{failpoint}:1", null)],
            _ => [first, random.Next(2) == 0 ? Moment(random, 50, 1200) : new Death($"{Draw(random, InRecovery(chain))}:1", null)],
        };
        return new Schedule(seed, chain, failpoint, crashes, deaths, jobs);
    }

    /// <summary>A schedule of random moments: jobs of every chain, some cancelled, while the provider misbehaves, and the server or its
    /// local worker is killed.</summary>
    public static Schedule Monkey(int seed)
    {
        var random = new Random(seed);
        var jobs = Enumerable.Range(0, random.Next(4, 8))
            .Select(_ => Job(Draw(random, Enum.GetValues<Chain>()), random, random.Next(4) == 0 ? Misbehaviours.Costly(random) : Misbehaviours.Harmless(random, 0.7)))
            .ToList();
        var deaths = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Moment(random, 20, 1500) with { IsOfWorker = random.Next(4) == 0 }).ToList();
        return new Schedule(seed, null, null, Crashes.InRecovery, deaths, jobs);
    }

    private static PlannedJob Job(Chain chain, Random random, Misbehaviour behaviour) => new(
        chain,
        TimeSpan.FromMilliseconds(random.Next(0, 150)),
        chain == Chain.Canceled ? TimeSpan.FromMilliseconds(random.Next(0, 500)) : null,
        chain is Chain.Local or Chain.Draft ? [] : [behaviour]);

    private static string[] InRecovery(Chain chain) =>
        [.. Places.Where(place => place.Chain == chain).Select(place => place.Failpoint).Where(point => point.Contains("effect", StringComparison.Ordinal))];

    private static Death Moment(Random random, int from, int to) => new(null, TimeSpan.FromMilliseconds(random.Next(from, to)));

    private static string[] Of(string step) => [.. FailpointNames.Moments.Select(moment => $"{step}.{moment}")];

    private static T Draw<T>(Random random, T[] of) => of[random.Next(of.Length)];
}
