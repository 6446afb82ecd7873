using Dapper;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// Ends a request with the result that its worker put into the store and could not report any more. Only requests of a VideoExpress server
/// have one there: those whose input names a <c>job_id</c> and an <c>attempt_id</c>.
/// </summary>
internal sealed partial class StoredResults(
    SQLiteStorage storage, AttemptFiles files, GatewaySignals signals, TimeProvider time, ILogger<StoredResults> log)
{
    /// <summary>A store that takes longer has not answered.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Looks for the result of a hand-out, and if it is there, ends the request with it.</summary>
    public async Task<StoreVerdict> AdoptAsync(HandOut handOut, CancellationToken cancellationToken)
    {
        if (AttemptOf(handOut.RequestId) is not var (jobId, attemptId))
        {
            return StoreVerdict.NothingThere;
        }

        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            if (await files.ResultAsync(jobId, attemptId, end.Token) is { } json
                && WorkerResult.TryRead(json) is { Superseded: false, Error: null })
            {
                Complete(handOut, json.GetRawText());
                LogAdopted(handOut.RequestId, handOut.WorkerId);
                return StoreVerdict.Adopted;
            }

            return StoreVerdict.NothingThere;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNoAnswer(handOut.RequestId, e);
            return StoreVerdict.NoAnswer;
        }
    }

    private (Guid JobId, Guid AttemptId)? AttemptOf(string requestId)
    {
        var (job, attempt) = storage.Read(connection => connection.QuerySingleOrDefault<(string? Job, string? Attempt)>(
            "select input ->> '$.job_id', attempt_id from gpu_requests where id = @requestId", new { requestId }));
        return Guid.TryParse(job, out var jobId) && Guid.TryParse(attempt, out var attemptId) ? (jobId, attemptId) : null;
    }

    private void Complete(HandOut handOut, string output)
    {
        using var work = storage.BeginUnitOfWork();
        work.Connection.Execute(
            $"""
            update gpu_requests
            set status = '{RunPodStates.Completed}', output = @output, finished_at = @now, progress = null, progress_seq = null
            where id = @RequestId and status = '{RunPodStates.InProgress}' and worker_id = @WorkerId and taken_at = @TakenAt
            """,
            new { output, handOut.RequestId, handOut.WorkerId, handOut.TakenAt, now = time.NowMicros() },
            work.Transaction);
        work.OnCommitted(signals.RequestMoved.Raise);
        work.Commit();
    }

    [LoggerMessage(LogLevel.Information, "Request {RequestId} was lost by worker {WorkerId}, but its result is in the store")]
    private partial void LogAdopted(string requestId, string? workerId);

    [LoggerMessage(LogLevel.Warning, "The store cannot be asked for the result of request {RequestId}")]
    private partial void LogNoAnswer(string requestId, Exception exception);
}

/// <summary>What the store says of a hand-out's result.</summary>
internal enum StoreVerdict
{
    /// <summary>It is there, and the request is COMPLETED with it.</summary>
    Adopted,

    /// <summary>There is none, or the attempt was given up by who paid it.</summary>
    NothingThere,

    /// <summary>The store did not answer, so nobody knows.</summary>
    NoAnswer,
}
