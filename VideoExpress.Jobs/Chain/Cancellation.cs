using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Jobs.Chain;

/// <summary>Ends a request that nobody waits for at its provider.</summary>
internal sealed class Cancellation(GpuEndpoints endpoints, SignsOfLife signs, AttemptFiles files, RunPodSettings settings, TimeProvider time)
{
    /// <summary>A request is over at the latest this long after its time to live and its run.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <summary>Tells the provider once, or looks whether there is anything to tell.</summary>
    public async Task<CancelSight> EndAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await TellAsync(attempt, cancellationToken);
        }
        catch (JobException) when (time.GetUtcNow() - attempt.CreatedAt > settings.TimeToLive + settings.ExecutionTimeout + Margin)
        {
            return await OverAsync(attempt, null, cancellationToken); // whatever keeps failing, nothing is left to be cancelled
        }
    }

    private async Task<CancelSight> TellAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (await signs.RequestIdAsync(attempt, cancellationToken) is not { } requestId)
        {
            await files.SupersedeAsync(attempt, cancellationToken); // a worker that starts it finds this and ends unpaid
            return IsSilent(attempt.CreatedAt) ? await OverAsync(attempt, null, cancellationToken) : new CancelSight(false, null);
        }

        var provider = endpoints.Client(attempt.Endpoint);
        if (await provider.CancelAsync(requestId, cancellationToken) != CancelResult.UnknownId)
        {
            return await OverAsync(attempt, await provider.GetStatusAsync(requestId, cancellationToken), cancellationToken);
        }

        return attempt.MissingSince is { } since && IsSilent(since)
            ? await OverAsync(attempt, signs.Told(attempt), cancellationToken)
            : new CancelSight(false, db => db.MarkMissing(attempt.Id, time.NowMicros()));
    }

    /// <summary>A request that shows no sign for this long was never accepted, or is gone.</summary>
    private bool IsSilent(DateTimeOffset since) => time.GetUtcNow() - since > settings.UnknownFateWait;

    /// <summary>What it was charged for is kept: as the provider says, else as the worker measured that finished it too late.</summary>
    private async Task<CancelSight> OverAsync(Attempt attempt, GpuStatus? status, CancellationToken cancellationToken)
    {
        var seconds = status?.ExecutionTime?.TotalSeconds ?? await MeasuredAsync(attempt, cancellationToken);
        return new CancelSight(true, db => db.MarkEnded(attempt.Id, AttemptState.Canceled, time.NowMicros(), seconds: seconds));
    }

    private async Task<double?> MeasuredAsync(Attempt attempt, CancellationToken cancellationToken) =>
        await files.ResultAsync(attempt, cancellationToken) is { } result ? WorkerResult.TryRead(result)?.Seconds : null;
}

/// <summary>What one look at a cancelled request found.</summary>
/// <param name="IsOver">It is cancelled or over; else it may still start.</param>
/// <param name="Write">What is to be written of it.</param>
internal sealed record CancelSight(bool IsOver, Action<Db>? Write);
