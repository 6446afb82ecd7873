using System.Runtime.CompilerServices;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// After a database was put back from an older copy, the store knows attempts that the ledger does not: their claims, their results, or
/// what was published of them. They were paid; they are entered again before anything is sent.
/// </summary>
internal sealed class ForgottenAttempts(SQLiteStorage storage, IObjectStore store, AttemptFiles files, GpuEndpoints endpoints)
{
    /// <summary>Enters what the store has of the job and the ledger has not.</summary>
    /// <returns>True when there was any.</returns>
    public async Task<bool> EnterAsync(Turn turn, CancellationToken cancellationToken)
    {
        var known = storage.Read(connection => ((Db)connection).AttemptsOf(turn.Job.Id, Submission.GpuStep)).Select(attempt => attempt.Id).ToHashSet();
        var found = new List<Attempt>();
        await foreach (var (id, startedAt) in EditionsAsync("inbox", turn.Job.Id, known, cancellationToken))
        {
            if (await InInboxAsync(New(turn, id, startedAt), cancellationToken) is { } attempt)
            {
                found.Add(attempt);
            }
        }

        await foreach (var (id, startedAt) in EditionsAsync("jobs", turn.Job.Id, [.. known, .. Finished(found)], cancellationToken))
        {
            var attempt = New(turn, id, startedAt);
            if (await files.IsPublishedAsync(attempt, turn.Parameters.WorkerOutputs, cancellationToken))
            {
                found.RemoveAll(other => other.Id == id);
                found.Add(attempt with { State = AttemptState.Finished, Result = WorkerResult.OfPublished });
            }
        }

        return found.Count > 0 && Enter(turn, found);
    }

    private static IEnumerable<Guid> Finished(List<Attempt> attempts) =>
        attempts.Where(attempt => attempt.State == AttemptState.Finished).Select(attempt => attempt.Id);

    /// <summary>What an attempt's files tell of it; null when it was given up, and we know no more of it.</summary>
    private async Task<Attempt?> InInboxAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (await files.ResultAsync(attempt, cancellationToken) is { } result)
        {
            return SignsOfLife.IsResult(result) ? attempt with { State = AttemptState.Finished, Result = result } : null;
        }

        return await files.ClaimedRequestAsync(attempt, cancellationToken) is { } requestId
            ? attempt with { State = AttemptState.Submitted, RequestId = requestId }
            : attempt;
    }

    private Attempt New(Turn turn, Guid id, DateTimeOffset startedAt) => new()
    {
        Id = id,
        JobId = turn.Job.Id,
        Step = Submission.GpuStep,
        Number = 0,
        State = AttemptState.Submitting,
        Endpoint = endpoints.NameFor(turn.Job.Quality),
        RequestId = null,
        Result = null,
        CreatedAt = startedAt,
    };

    private bool Enter(Turn turn, List<Attempt> found)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        Db db = unitOfWork;
        if (turn.IsStill(db))
        {
            foreach (var attempt in found.OrderBy(attempt => attempt.CreatedAt))
            {
                var numbered = attempt with
                {
                    Number = db.NextNumber(turn.Job.Id, Submission.GpuStep),
                    Reason = db.NextReason(turn.Job.Id, Submission.GpuStep),
                };
                db.Insert(numbered, turn.Job);
            }
        }

        unitOfWork.Commit();
        return true;
    }

    /// <summary>The folders of a job that an unknown attempt gave its name, and when they were begun.</summary>
    private async IAsyncEnumerable<(Guid Attempt, DateTimeOffset StartedAt)> EditionsAsync(
        string root, Guid jobId, HashSet<Guid> known, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = $"{root}/{jobId:D}/";
        var objects = await store.ListAsync(prefix, cancellationToken).ToListAsync(cancellationToken);
        foreach (var folder in objects.GroupBy(stored => stored.Key.Value[prefix.Length..].Split('/')[0]))
        {
            if (Guid.TryParseExact(folder.Key, "D", out var id) && !known.Contains(id))
            {
                yield return (id, folder.Min(stored => stored.ModifiedAt));
            }
        }
    }
}
