using Hangfire;
using Hangfire.Server;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Retention;

/// <summary>
/// The scheduled cleanup, a recurring job: what is too old or too much goes into the trash, what has been there long enough is removed, and
/// what nobody needs any more is swept. Each piece is committed by itself, so that a pass which was stopped is gone on with by the next.
/// </summary>
[Queue(StepQueues.Upkeep)]
internal sealed partial class Cleanup(
    SQLiteStorage storage, JobTransitions transitions, Removal removal, Leftovers leftovers, RetentionSettings settings, TimeProvider time,
    ILogger<Cleanup> logger)
{
    /// <summary>Hangfire's entry point.</summary>
    /// <exception cref="CleanupException">Something could not be removed; the rest was.</exception>
    public async Task<CleanupReport> RunAsync(PerformContext context, CancellationToken cancellationToken)
    {
        try
        {
            using var turn = Upkeep.TakeTurn(context.Connection);
            return await RunAsync(cancellationToken);
        }
        catch (UpkeepBusyException)
        {
            return new CleanupReport(); // the next pass does it
        }
    }

    /// <summary>One pass.</summary>
    /// <exception cref="CleanupException">Something could not be removed; the rest was.</exception>
    public async Task<CleanupReport> RunAsync(CancellationToken cancellationToken)
    {
        var failures = new Failures();
        var report = new CleanupReport { Trashed = MoveToTrash(cancellationToken) };
        if (await failures.TryAsync("the store", () => removal.RequireStoreAsync(cancellationToken)))
        {
            var (removed, bytes) = await RemoveAsync(failures, cancellationToken);
            report = await leftovers.SweepAsync(failures, cancellationToken) with { Trashed = report.Trashed, Removed = removed, RemovedBytes = bytes };
        }

        if (report != new CleanupReport())
        {
            LogReport(report);
        }

        return failures.Sentences.Count == 0 ? report : throw new CleanupException(failures.Sentences);
    }

    private int MoveToTrash(CancellationToken cancellationToken)
    {
        using (var unitOfWork = storage.BeginUnitOfWork())
        {
            transitions.DateTrash(unitOfWork);
            unitOfWork.Commit();
        }

        var plan = storage.Read(connection => JobRetention.Plan(connection, settings, time.GetUtcNow()));
        var trashed = 0;
        foreach (var (holding, reason) in plan.Trash)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var unitOfWork = storage.BeginUnitOfWork();
            var moved = holding.Kind == HoldingKind.Asset
                ? ((Db)unitOfWork).TrashAsset(holding.Id, reason, time.NowMicros())
                : transitions.MoveToTrash(unitOfWork, holding.Id, reason);
            unitOfWork.Commit();
            trashed += moved ? 1 : 0;
        }

        return trashed;
    }

    private async Task<(int Removed, long Bytes)> RemoveAsync(Failures failures, CancellationToken cancellationToken)
    {
        var (removed, bytes) = (0, 0L);
        var trashedBefore = time.GetUtcNow() - settings.TrashTime;
        var due = JobRetention.Due(storage.Read(connection => ((Db)connection).Trashed()), settings, time.GetUtcNow());
        foreach (var item in due.TakeWhile(_ => !failures.StoreIsAway))
        {
            var gone = false;
            await failures.TryAsync(
                $"{item.Name} {item.Id:D}", async () => gone = await removal.RemoveAsync(item, trashedBefore, cancellationToken));
            (removed, bytes) = gone ? (removed + 1, bytes + item.Bytes) : (removed, bytes);
        }

        return (removed, bytes);
    }

    [LoggerMessage(LogLevel.Information, "Cleaned up: {Report}")]
    private partial void LogReport(CleanupReport report);
}

/// <summary>What a pass of the cleanup did; the dashboard shows it as the recurring job's result.</summary>
public sealed record CleanupReport
{
    /// <summary>Jobs and assets that went into the trash.</summary>
    public int Trashed { get; init; }

    /// <summary>Jobs and assets whose files were removed.</summary>
    public int Removed { get; init; }

    /// <summary>What those files had taken.</summary>
    public long RemovedBytes { get; init; }

    /// <summary>Attempts whose inbox was swept.</summary>
    public int Inboxes { get; init; }

    /// <summary>What the inboxes had taken.</summary>
    public long InboxBytes { get; init; }

    /// <summary>Uploads of ours into the store that had begun and never ended.</summary>
    public int UnfinishedUploads { get; init; }

    /// <summary>Resumable uploads of creators whose time was over.</summary>
    public int ExpiredUploads { get; init; }
}

/// <summary>A pass of the cleanup could not do all that it wanted.</summary>
internal sealed class CleanupException(IReadOnlyList<string> failures)
    : JobException($"{failures.Count} things could not be removed; the next pass tries again. {string.Join(" ", failures.Take(5))}", canHeal: true);
