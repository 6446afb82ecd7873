using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Jobs.Chain;

/// <summary>Ends a request that nobody waits for at its provider.</summary>
internal sealed class Cancellation(
    GpuEndpoints endpoints, SignsOfLife signs, AttemptFiles files, Listening listening, RunPodSettings settings, TimeProvider time)
{
    /// <summary>A request is over at the latest this long after its time to live and its run.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <summary>Tells the provider once, or looks whether there is anything to tell.</summary>
    public async Task<CancelSight> EndAsync(Job job, Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await TellAsync(job, attempt, cancellationToken);
        }
        catch (JobException) when (IsPastItsTime(job, attempt))
        {
            return Over(attempt, null); // whatever keeps failing, nothing is left to be cancelled
        }
    }

    /// <summary>Tells the provider of a request that is being given up, so that it is not paid any longer. It may not know it, or not answer.</summary>
    public async Task TryTellAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            if (attempt.RequestId is { } requestId)
            {
                await endpoints.Client(attempt.Endpoint).CancelAsync(requestId, cancellationToken);
            }
        }
        catch (GpuException)
        {
            // It stays given up; a late result of it is taken all the same.
        }
    }

    private bool IsPastItsTime(Job job, Attempt attempt)
    {
        var limits = settings.LimitsFor(job.Type);
        return time.GetUtcNow() - attempt.CreatedAt > limits.TimeToLive + limits.ExecutionTimeout + Margin;
    }

    private async Task<CancelSight> TellAsync(Job job, Attempt attempt, CancellationToken cancellationToken)
    {
        if (await signs.RequestIdAsync(attempt, cancellationToken) is not { } requestId)
        {
            await files.SupersedeAsync(attempt, cancellationToken); // a worker that starts it finds this and ends unpaid
            return IsSilent(attempt, attempt.CreatedAt) && !await signs.IsAtWorkAsync(job, attempt, cancellationToken) ? await OverAsync(attempt, null, cancellationToken) : new CancelSight(false, null);
        }

        var provider = endpoints.Client(attempt.Endpoint);
        if (await provider.CancelAsync(requestId, cancellationToken) != CancelResult.UnknownId)
        {
            return await OverAsync(attempt, await provider.GetStatusAsync(requestId, cancellationToken), cancellationToken);
        }

        return attempt.MissingSince is { } since && IsSilent(attempt, since)
            ? await OverAsync(attempt, signs.Told(attempt), cancellationToken)
            : new CancelSight(false, db => db.MarkMissing(attempt.Id, time.NowMicros()));
    }

    /// <summary>A request that shows no sign for this long was never accepted, or is gone.</summary>
    private bool IsSilent(Attempt attempt, DateTimeOffset since) =>
        listening.For(attempt) >= settings.UnknownFateWait && time.GetUtcNow() - since >= settings.UnknownFateWait;

    /// <summary>What it was charged for is kept: as the provider says, else as the worker measured that finished it too late.</summary>
    private async Task<CancelSight> OverAsync(Attempt attempt, GpuStatus? status, CancellationToken cancellationToken)
    {
        var result = status?.ExecutionTime is null ? await files.ResultAsync(attempt, cancellationToken) : null;
        return Over(attempt, status?.ExecutionTime?.TotalSeconds ?? (result is { } late ? WorkerResult.TryRead(late)?.Seconds : null));
    }

    private CancelSight Over(Attempt attempt, double? seconds) =>
        new(true, db => db.MarkEnded(attempt.Id, AttemptState.Canceled, time.NowMicros(), seconds: seconds));
}

/// <summary>What one look at a cancelled request found.</summary>
/// <param name="IsOver">It is cancelled or over; else it may still start.</param>
/// <param name="Write">What is to be written of it.</param>
internal sealed record CancelSight(bool IsOver, Action<Db>? Write);
