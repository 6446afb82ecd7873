using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Jobs.Chain;

/// <summary>Looks once at a request that its provider has accepted; where that has no result, in the store, too.</summary>
internal sealed class StatusCheck(Submission submission, GpuEndpoints endpoints, RunPodSettings settings, TimeProvider time)
{
    /// <summary>A provider may need this long to show a request that it has just accepted.</summary>
    private static readonly TimeSpan NotYetVisible = TimeSpan.FromSeconds(60);

    /// <summary>Beyond its time to live and this, a request can only be lost.</summary>
    private static readonly TimeSpan Overtime = TimeSpan.FromMinutes(30);

    public async Task<Finding> LookAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var age = time.GetUtcNow() - attempt.CreatedAt;
        var mayRun = age <= settings.TimeToLive + Overtime;
        var status = await endpoints.Client(attempt.Endpoint).GetStatusAsync(attempt.RequestId!, cancellationToken);
        switch (status.State)
        {
            case GpuState.InQueue when mayRun:
                return new Finding.AtWork(JobPhase.InGpuQueue) { Write = db => db.MarkSeen(attempt.Id) };
            case GpuState.InProgress when mayRun:
                var phase = status.Progress is null ? JobPhase.ColdStart : JobPhase.Generating;
                return new Finding.AtWork(phase, (status.Progress ?? 0) / 100.0) { Write = db => db.MarkSeen(attempt.Id) };
            case GpuState.NotFound when age < NotYetVisible:
                return new Finding.AtWork(JobPhase.InGpuQueue);
            case GpuState.Completed when status.Output is { } output && WorkerResult.TryRead(output) is { Superseded: false } result && HasFiles(result):
                return new Finding.Finished { Write = db => End(db, attempt, AttemptState.Finished, status) };
        }

        // Whatever else the provider says, a result in the store is paid for and ours.
        if (await submission.AdoptAsync(attempt, cancellationToken))
        {
            return new Finding.Finished();
        }

        return status.State == GpuState.NotFound && mayRun
            ? Miss(attempt)
            : new Finding.Failed(Sentence(status)) { Write = db => End(db, attempt, AttemptState.Failed, status, Sentence(status)) };
    }

    /// <summary>The provider does not know the request. That may pass, so only when it has lasted is the request given up.</summary>
    private Finding Miss(Attempt attempt)
    {
        var now = time.GetUtcNow();
        return now - (attempt.MissingSince ?? now) < settings.UnknownFateWait
            ? new Finding.Missing { Write = db => db.MarkMissing(attempt.Id, Micros.From(now)) }
            : new Finding.Lost();
    }

    private void End(Db db, Attempt attempt, AttemptState state, GpuStatus status, string? error = null) => db.MarkEnded(
        attempt.Id, state, time.NowMicros(), error is null ? status.Output : null, error, status.ExecutionTime?.TotalSeconds);

    private static bool HasFiles(WorkerResult result) => result.Files.Count > 0 || result.VideoUrl is not null;

    private static string Sentence(GpuStatus status) => status.State switch
    {
        GpuState.Completed => "The worker finished without a file: the provider may have refused its result.",
        GpuState.Cancelled => "The request was cancelled at the provider.",
        GpuState.TimedOut => status.Error ?? "The request expired at the provider before a worker finished it.",
        GpuState.InQueue or GpuState.InProgress or GpuState.NotFound =>
            "The request is lost: it is past its time at the provider, which has neither a result nor an error of it.",
        _ => status.Error ?? "The worker failed without a message.",
    };
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

    /// <summary>The provider does not know it now; it may again.</summary>
    public sealed record Missing : Finding;

    /// <summary>The provider has not known it for <see cref="RunPodSettings.UnknownFateWait"/>.</summary>
    public sealed record Lost : Finding;

    /// <summary>It ended without a result.</summary>
    /// <param name="Error">Why, in a sentence for the job's owner.</param>
    public sealed record Failed(string Error) : Finding;
}
