using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Jobs.Chain;

/// <summary>Ends the request of a cancelled job at its provider.</summary>
internal sealed class Cancellation(GpuEndpoints endpoints, AttemptFiles files, RunPodSettings settings, TimeProvider time)
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
            return Over(attempt, null); // whatever keeps failing, nothing is left to be cancelled
        }
    }

    private async Task<CancelSight> TellAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if ((attempt.RequestId ?? await files.ClaimedRequestAsync(attempt, cancellationToken)) is not { } requestId)
        {
            await files.SupersedeAsync(attempt, cancellationToken); // a worker that starts it finds this and ends unpaid
            return IsSilent(attempt.CreatedAt) ? Over(attempt, null) : new CancelSight(false, null);
        }

        var provider = endpoints.Client(attempt.Endpoint);
        if (await provider.CancelAsync(requestId, cancellationToken) != CancelResult.UnknownId)
        {
            return Over(attempt, (await provider.GetStatusAsync(requestId, cancellationToken)).ExecutionTime?.TotalSeconds);
        }

        return attempt.MissingSince is { } since && IsSilent(since)
            ? Over(attempt, null)
            : new CancelSight(false, db => db.MarkMissing(attempt.Id, time.NowMicros()));
    }

    /// <summary>A request that shows no sign for this long was never accepted, or is gone.</summary>
    private bool IsSilent(DateTimeOffset since) => time.GetUtcNow() - since > settings.UnknownFateWait;

    private CancelSight Over(Attempt attempt, double? seconds) =>
        new(true, db => db.MarkEnded(attempt.Id, AttemptState.Canceled, time.NowMicros(), seconds: seconds));
}

/// <summary>What one look at a cancelled request found.</summary>
/// <param name="IsOver">It is cancelled or over; else it may still start.</param>
/// <param name="Write">What is to be written of it.</param>
internal sealed record CancelSight(bool IsOver, Action<Db>? Write);
