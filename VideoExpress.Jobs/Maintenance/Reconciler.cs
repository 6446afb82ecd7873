using Hangfire.Common;
using Hangfire.States;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Maintenance;

/// <summary>
/// At start and every minute: a job that is not over, and whose background jobs do not carry it on, is driven on. Rows and background
/// jobs change in one transaction, so that there is nothing to do after a crash; this is for what nobody foresaw.
/// </summary>
internal sealed partial class Reconciler(
    SQLiteStorage storage, JobTransitions transitions, WorkFolders folders, TimeProvider time, ILogger<Reconciler> logger) : BackgroundService
{
    private const string ScheduledStateName = "Scheduled";

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>One pass over all jobs that are not over.</summary>
    public void RunOnce(CancellationToken cancellationToken)
    {
        var unfinished = storage.Read(connection => ((Db)connection).UnfinishedJobs());
        foreach (var job in unfinished)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DriveOn(job.Id, Repair);
        }

        foreach (var jobId in storage.Read(connection => ((Db)connection).JobsWithStrays()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            DriveOn(jobId, RepairCancel);
        }

        folders.Sweep(() => storage.Read(connection => ((Db)connection).UnfinishedJobs()).Select(job => job.Id).ToHashSet());
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                Pass(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped with the host.
        }
    }

    private void Pass(CancellationToken cancellationToken)
    {
        try
        {
            RunOnce(cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogFailedPass(error);
        }
    }

    /// <param name="jobId">The job.</param>
    /// <param name="repair">What was wrong and is mended in the unit of work; null when the job is well.</param>
    private void DriveOn(Guid jobId, Func<SQLiteUnitOfWork, Job, string?> repair)
    {
        try
        {
            using var unitOfWork = storage.BeginUnitOfWork();
            if (((Db)unitOfWork).FindJob(jobId) is { } job && repair(unitOfWork, job) is { } finding)
            {
                unitOfWork.Commit();
                LogRepaired(jobId, finding);
            }
        }
        catch (Hangfire.Storage.DistributedLockTimeoutException)
        {
            // Somebody is changing it at this moment: it is not stuck.
        }
    }

    private string? Repair(SQLiteUnitOfWork unitOfWork, Job job) => job switch
    {
        { Phase: JobPhase.Canceling } => RepairStep(unitOfWork, job, StepTable.CancelOrdinal),
        _ when job.Status.IsTerminal() => null,
        { Step: { } step } => RepairStep(unitOfWork, job, step),
        _ => transitions.BuildOrFailWaiting(unitOfWork, job) ? "what it waited for is over" : null,
    };

    /// <summary>A provider has a request that nobody waits for, and somebody must tell it.</summary>
    private string? RepairCancel(SQLiteUnitOfWork unitOfWork, Job job)
    {
        if (((Db)unitOfWork).StrayAttempts(job.Id).Count == 0)
        {
            return null;
        }

        return job is { Status: JobStatus.Canceled, Phase: null }
            ? transitions.CancelAgain(unitOfWork, job.Id) ? "it was cancelled, and the provider not told" : null
            : RepairStep(unitOfWork, job, StepTable.CancelOrdinal);
    }

    private string? RepairStep(SQLiteUnitOfWork unitOfWork, Job job, int ordinal)
    {
        Db db = unitOfWork;
        var row = db.FindStep(job.Id, ordinal);
        var state = row is null ? null : StateOf(unitOfWork, row.HangfireId);
        switch (state)
        {
            case ScheduledStateName when IsFromTheFuture(unitOfWork, row!.HangfireId):
                unitOfWork.ChangeState(row.HangfireId, new EnqueuedState { Reason = "The clock was set back: driven on." }, state);
                return "the clock was set back, so its time would have come late";
            case null when ordinal == StepTable.CancelOrdinal:
                unitOfWork.BuildCancel(job.Id);
                return "its cancel step was gone";
            case null:
                unitOfWork.BuildChain(job, first: ordinal);
                return "its background job was gone";
            case "Failed" or "Succeeded" or "Deleted":
                unitOfWork.ChangeState(row!.HangfireId, new EnqueuedState { Reason = "The job is not over: driven on." }, state);
                return $"its background job was {state}";
            case "Awaiting" when ordinal == 0 || StateOf(unitOfWork, db.FindStep(job.Id, ordinal - 1)?.HangfireId) is null or "Succeeded" or "Deleted":
                unitOfWork.ChangeState(row!.HangfireId, new EnqueuedState { Reason = "The step before is done: driven on." }, state);
                return "its background job waited for a step that is done";
            default:
                return null;
        }
    }

    /// <summary>
    /// True when it was scheduled at a time that has not come yet: the clock was set back since, and what was to wait for seconds would wait for
    /// as much longer. A pause that ends before the next pass is left alone.
    /// </summary>
    private bool IsFromTheFuture(SQLiteUnitOfWork unitOfWork, string hangfireId)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var due = JobHelper.DeserializeDateTime(unitOfWork.StorageConnection.GetStateData(hangfireId).Data["EnqueueAt"]);
        return due - now > Interval && storage.GetMonitoringApi().JobDetails(hangfireId)?.History is [{ StateName: ScheduledStateName } last, ..] && last.CreatedAt > now;
    }

    private static string? StateOf(SQLiteUnitOfWork unitOfWork, string? hangfireId) =>
        hangfireId is null ? null : unitOfWork.StorageConnection.GetStateData(hangfireId)?.Name;

    [LoggerMessage(LogLevel.Warning, "Job {job_id} was stuck and is driven on: {Finding}")]
    private partial void LogRepaired(Guid job_id, string finding);

    [LoggerMessage(LogLevel.Error, "A pass of the reconciler failed; the next one is in a minute")]
    private partial void LogFailedPass(Exception exception);
}
