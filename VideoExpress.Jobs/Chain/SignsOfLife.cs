using System.Text.Json;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// What shows of an attempt without asking its provider: what that has told by itself, what the worker has put into the store, and what was
/// published of it. A result found there is paid for and ours, whatever else anybody says.
/// </summary>
internal sealed class SignsOfLife(SQLiteStorage storage, AttemptFiles files, TimeProvider time)
{
    /// <summary>Takes over a result that is there.</summary>
    /// <returns>False when there is none.</returns>
    public async Task<bool> AdoptResultAsync(Job job, Attempt attempt, CancellationToken cancellationToken)
    {
        if (Told(attempt) is { State: GpuState.Completed, Output: { } output } told && IsResult(output))
        {
            Finish(attempt, output, told.ExecutionTime?.TotalSeconds);
            return true;
        }

        if (await files.ResultAsync(attempt, cancellationToken) is { } result && IsResult(result))
        {
            Finish(attempt, result, WorkerResult.TryRead(result)?.Seconds);
            return true;
        }

        if (await files.IsPublishedAsync(attempt, JobType.Of(job).WorkerOutputs, cancellationToken))
        {
            Finish(attempt, WorkerResult.OfPublished, null); // by a database that was put back since from an older copy
            return true;
        }

        return false;
    }

    /// <summary>Takes over the id of its request, by which it can be polled, cancelled and billed.</summary>
    /// <returns>False when nothing shows it.</returns>
    public async Task<bool> AdoptRequestAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (await RequestIdAsync(attempt, cancellationToken) is not { } requestId)
        {
            return false;
        }

        storage.Write(db => db.MarkSubmitted(attempt.Id, requestId, time.NowMicros()));
        return true;
    }

    /// <summary>The provider's id of the request: as answered, as told, or as the worker claims; null when nothing shows it.</summary>
    public async Task<string?> RequestIdAsync(Attempt attempt, CancellationToken cancellationToken) =>
        attempt.RequestId ?? Told(attempt)?.RequestId ?? await files.ClaimedRequestAsync(attempt, cancellationToken);

    /// <summary>What the provider last told by itself; null when it told nothing.</summary>
    public GpuStatus? Told(Attempt attempt)
    {
        try
        {
            return storage.Read(connection => ((Db)connection).FinalWebhook(attempt.Id)) is { } webhook
                ? RunPodAnswers.RequestStatus(webhook.RequestId, webhook.Body)
                : null;
        }
        catch (JsonException)
        {
            return null; // as good as nothing
        }
    }

    /// <summary>True for a worker's result that has files, or a URL of one; false for the marker that we put ourselves.</summary>
    public static bool IsResult(JsonElement output) =>
        WorkerResult.TryRead(output) is { Superseded: false } result && (result.Files.Count > 0 || result.VideoUrl is not null);

    private void Finish(Attempt attempt, JsonElement result, double? seconds) =>
        storage.Write(db => db.MarkEnded(attempt.Id, AttemptState.Finished, time.NowMicros(), result, seconds: seconds));
}
