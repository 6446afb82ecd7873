using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// Looks once at a request that its provider has accepted. Where the provider has no result of it, what it told by itself and what the
/// worker put into the store is looked at, too, before anything is given up.
/// </summary>
internal sealed class StatusCheck(
    SignsOfLife signs, AttemptFiles files, GpuEndpoints endpoints, Listening listening, RunPodSettings settings, TimeProvider time)
{
    /// <summary>A provider may need this long to show a request that it has just accepted.</summary>
    private static readonly TimeSpan NotYetVisible = TimeSpan.FromSeconds(60);

    /// <summary>Beyond its time to live and this, a request can only be lost.</summary>
    private static readonly TimeSpan Overtime = TimeSpan.FromMinutes(30);

    /// <summary>A worker that has had a request for longer than its time limit and this has disappeared, and its provider not noticed.</summary>
    private static readonly TimeSpan Overrun = TimeSpan.FromMinutes(5);

    public async Task<Finding> LookAsync(Job job, Attempt attempt, CancellationToken cancellationToken)
    {
        var age = new Age(attempt, settings.LimitsFor(job.Type), time.GetUtcNow());
        GpuStatus status;
        try
        {
            status = await endpoints.Client(attempt.Endpoint).GetStatusAsync(attempt.RequestId!, cancellationToken);
        }
        catch (GpuException away) when (away.CanHeal && age.MayBeThere)
        {
            return await signs.AdoptResultAsync(job, attempt, cancellationToken)
                ? new Finding.Finished()
                : new Finding.Away(away.Message, away.RetryAfter);
        }

        if (Immediate(attempt, age, status) is { } finding)
        {
            return finding;
        }

        // Whatever else the provider says, a result in the store is paid for and ours.
        if (await signs.AdoptResultAsync(job, attempt, cancellationToken))
        {
            return new Finding.Finished();
        }

        return status.State switch
        {
            GpuState.NotFound when signs.Told(attempt) is { State: GpuState.Failed or GpuState.TimedOut or GpuState.Cancelled } told => Ended(attempt, told),
            GpuState.NotFound when age.Now - attempt.CreatedAt < NotYetVisible => new Finding.AtWork(JobPhase.InGpuQueue),
            GpuState.NotFound when age.MayBeThere => await MissAsync(attempt, age, cancellationToken),
            GpuState.InProgress when age.IsOverrun => await OverrunAsync(attempt, age, cancellationToken),
            _ => Ended(attempt, status),
        };
    }

    /// <summary>What the provider's word alone is enough for.</summary>
    private Finding? Immediate(Attempt attempt, Age age, GpuStatus status)
    {
        switch (status.State)
        {
            case GpuState.InQueue when age.MayBeThere:
                return new Finding.AtWork(JobPhase.InGpuQueue) { Write = db => db.MarkSeen(attempt.Id, runningSince: null) };
            case GpuState.InProgress when age.MayBeThere && !age.IsOverrun:
                var phase = status.Progress is null ? JobPhase.ColdStart : JobPhase.Generating;
                return new Finding.AtWork(phase, (status.Progress ?? 0) / 100.0)
                {
                    Write = db => db.MarkSeen(attempt.Id, Micros.From(attempt.RunningSince ?? age.Now)),
                };
            case GpuState.Completed when status.Output is { } output && SignsOfLife.IsResult(output):
                return new Finding.Finished { Write = db => End(db, attempt, AttemptState.Finished, status) };
            default:
                return null;
        }
    }

    /// <summary>
    /// The provider does not know the request. That may pass, so only when it has lasted is the request given up; one that a worker has begun
    /// may still bring its result for as long as the worker may run.
    /// </summary>
    private async Task<Finding> MissAsync(Attempt attempt, Age age, CancellationToken cancellationToken)
    {
        var (heard, missing) = (listening.For(attempt), age.Now - (attempt.MissingSince ?? age.Now));
        missing = heard < missing ? heard : missing;
        var isOver = missing >= settings.UnknownFateWait
            && (missing >= age.Limits.ExecutionTimeout || !await files.IsClaimedAsync(attempt, cancellationToken));
        return isOver ? new Finding.Lost(null) : new Finding.Missing { Write = db => db.MarkMissing(attempt.Id, Micros.From(age.Now)) };
    }

    /// <summary>It is cancelled first: should it be at work after all, it is not paid any longer.</summary>
    private async Task<Finding> OverrunAsync(Attempt attempt, Age age, CancellationToken cancellationToken)
    {
        await endpoints.Client(attempt.Endpoint).CancelAsync(attempt.RequestId!, cancellationToken);
        var error = $"The worker disappeared: it has had the request for longer than its time limit of {age.Limits.ExecutionTimeout}.";
        return new Finding.Failed(error) { Write = db => db.MarkEnded(attempt.Id, AttemptState.Failed, time.NowMicros(), error: error) };
    }

    /// <summary>A worker that died is replaced once; what failed by itself would fail again.</summary>
    private Finding Ended(Attempt attempt, GpuStatus status) => status.IsLostWorker && attempt.Reason != AttemptReason.LostWorker
        ? new Finding.Lost(status.ExecutionTime?.TotalSeconds)
        : new Finding.Failed(Sentence(status)) { Write = db => End(db, attempt, AttemptState.Failed, status, Sentence(status)) };

    private void End(Db db, Attempt attempt, AttemptState state, GpuStatus status, string? error = null) => db.MarkEnded(
        attempt.Id, state, time.NowMicros(), error is null ? status.Output : null, error, status.ExecutionTime?.TotalSeconds);

    private static string Sentence(GpuStatus status) => status.State switch
    {
        GpuState.Completed => "The worker finished without a file: the provider may have refused its result.",
        GpuState.Cancelled => "The request was cancelled at the provider.",
        GpuState.TimedOut => status.Error ?? "The request expired at the provider before a worker finished it.",
        GpuState.InQueue or GpuState.InProgress or GpuState.NotFound =>
            "The request is lost: it is past its time at the provider, which has neither a result nor an error of it.",
        _ => status.Error ?? "The worker failed without a message.",
    };

    /// <summary>Where an attempt stands in its time at the moment of the look.</summary>
    private sealed record Age(Attempt Attempt, RunLimits Limits, DateTimeOffset Now)
    {
        public bool MayBeThere => Now - Attempt.CreatedAt <= Limits.TimeToLive + Overtime;

        public bool IsOverrun => Now - Attempt.RunningSince > Limits.ExecutionTimeout + Overrun;
    }
}

/// <summary>What one look at a request found.</summary>
internal abstract record Finding
{
    /// <summary>What is to be written of it, if anything.</summary>
    public Action<Db>? Write { get; init; }

    /// <summary>The provider has it.</summary>
    /// <param name="Phase">What the job's <c>phase</c> is to say.</param>
    /// <param name="Share">How much of it is done, 0 to 1.</param>
    public sealed record AtWork(string Phase, double Share = 0) : Finding;

    /// <summary>Its result is there.</summary>
    public sealed record Finished : Finding;

    /// <summary>The provider does not answer now: no failure of the job, since the worker may be at work all the same.</summary>
    /// <param name="Error">Why, in a sentence for the job's owner.</param>
    /// <param name="RetryAfter">How long the provider asked to be left alone, if it did.</param>
    public sealed record Away(string Error, TimeSpan? RetryAfter) : Finding;

    /// <summary>The provider does not know it now; it may again.</summary>
    public sealed record Missing : Finding;

    /// <summary>Its worker died, or the provider has not known it for too long.</summary>
    /// <param name="Seconds">What it was charged for, if the provider said so.</param>
    public sealed record Lost(double? Seconds) : Finding;

    /// <summary>It ended without a result.</summary>
    /// <param name="Error">Why, in a sentence for the job's owner.</param>
    public sealed record Failed(string Error) : Finding;
}
