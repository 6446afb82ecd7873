using System.Collections.Concurrent;

namespace VideoExpress.Tests.Provider;

/// <summary>What the provider charges: a row for each accepted request.</summary>
internal sealed class Till
{
    private readonly ConcurrentDictionary<string, Charge> _charges = new();

    /// <summary>All rows, in the order of their acceptance.</summary>
    public IReadOnlyList<Charge> All => [.. _charges.Values.OrderBy(charge => charge.Number)];

    /// <summary>The rows of a job.</summary>
    public IReadOnlyList<Charge> Charges(Guid jobId) => [.. All.Where(charge => charge.JobId == jobId)];

    public void Open(ProviderRequest request) =>
        _charges[request.Id] = new Charge(_charges.Count + 1, request.Id, request.JobId, request.AttemptId, ChargeEnd.Open, 0, false, request.Behaviour);

    /// <summary>A worker has left the request, or it ended without one. A second worker's seconds are charged as well.</summary>
    public void Record(ProviderRequest request, ChargeEnd end, TimeSpan billed) => _charges.AddOrUpdate(
        request.Id,
        _ => throw new InvalidOperationException("It was never accepted."),
        (_, charge) => charge with { End = Later(charge.End, end), Seconds = charge.Seconds + billed.TotalSeconds, IsMeasured = request.HasBegun });

    private static ChargeEnd Later(ChargeEnd before, ChargeEnd now) => before == ChargeEnd.Finished ? before : now;
}

/// <summary>One accepted request.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="RequestId">The provider's id.</param>
/// <param name="JobId">The job that its input names.</param>
/// <param name="AttemptId">The attempt that its input names.</param>
/// <param name="End">How it ended for its worker.</param>
/// <param name="Seconds">What is billed: cold start and execution, in the provider's time.</param>
/// <param name="IsMeasured">The provider tells its execution time: a cold start alone is billed and not told.</param>
/// <param name="Behaviour">What went wrong with it.</param>
internal sealed record Charge(
    int Number, string RequestId, Guid JobId, Guid AttemptId, ChargeEnd End, double Seconds, bool IsMeasured, Misbehaviour Behaviour)
{
    /// <summary>False for what ended before a worker did anything, or with a look at the store alone.</summary>
    public bool IsPaid => Seconds > 0;
}

/// <summary>How a request ended for its worker.</summary>
internal enum ChargeEnd
{
    /// <summary>It waits or runs.</summary>
    Open,

    /// <summary>The result is in the store.</summary>
    Finished,

    /// <summary>The handler ended with an error, or could not put its files.</summary>
    Failed,

    /// <summary>The worker found the attempt's result in the store and returned it: unpaid.</summary>
    AlreadyFinished,

    /// <summary>The worker found that the attempt was given up: unpaid.</summary>
    Superseded,

    /// <summary>Cancelled before a worker had it: unpaid.</summary>
    CanceledInQueue,

    /// <summary>Cancelled at work.</summary>
    Canceled,

    /// <summary>The worker disappeared.</summary>
    Vanished,

    /// <summary>Its execution time-out was exceeded.</summary>
    TimedOut,

    /// <summary>Its time to live ended in the queue: unpaid.</summary>
    Expired,
}
