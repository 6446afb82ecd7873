using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// Ties the state of a step's background job to the job's row. It elects what a step's outcome or failure means, and writes the row,
/// the event and the next step through the transaction that changes the state: they are committed together or not at all.
/// </summary>
internal sealed partial class ChainFilter : JobFilterAttribute, IElectStateFilter, IApplyStateFilter
{
    private readonly SQLiteStorage _storage;
    private readonly JobTransitions _transitions;
    private readonly PollPace _pace;
    private readonly TimeProvider _time;
    private readonly ILogger<ChainFilter> _logger;

    public ChainFilter(SQLiteStorage storage, JobTransitions transitions, PollPace pace, TimeProvider time, ILogger<ChainFilter> logger)
    {
        (_storage, _transitions, _pace, _time, _logger) = (storage, transitions, pace, time, logger);
        Order = 10; // before Hangfire's own retries (20), statistics (30) and continuations (1000) see the candidate
    }

    public void OnStateElection(ElectStateContext context)
    {
        if (!IsStep(context.BackgroundJob.Job, out var jobId))
        {
            return;
        }

        context.CandidateState = context.CandidateState switch
        {
            SucceededState { Result: Again again } => new AgainState(again, _time.GetUtcNow() + again.Delay),
            SucceededState { Result: OutOfTurn early } => // deleted with its parent: it would be out of turn for ever
                new AwaitingState(early.ParentId, new EnqueuedState(), JobContinuationOptions.OnlyOnSucceededState),
            FailedState failed => ElectFailure(jobId, context.BackgroundJob.Id, failed),
            EnqueuedState started when context.CurrentState == AwaitingState.StateName && context.BackgroundJob.Job.Type == typeof(PollStep) =>
                _pace.BeforeFirst(jobId) is var pause && pause > TimeSpan.Zero ? new ScheduledState((_time.GetUtcNow() + pause).UtcDateTime) : started,
            var other => other,
        };
    }

    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (!IsStep(context.BackgroundJob.Job, out var jobId) || transaction is not SQLiteStorageTransaction sqlite)
        {
            return;
        }

        var hangfireId = context.BackgroundJob.Id;
        Action<SQLiteUnitOfWork>? write = context.NewState switch
        {
            SucceededState { Result: StepOutcome outcome } => outcome.Commit,
            AgainState again => again.Outcome.Commit,
            ProcessingState when context.OldStateName == ProcessingState.StateName => unitOfWork =>
                ((Db)unitOfWork).MarkSuspect(jobId, hangfireId), // its last start came to no end
            ProcessingState => unitOfWork => _transitions.Begin(unitOfWork, jobId, hangfireId),
            FailedState failed => unitOfWork => _transitions.Fail(unitOfWork, jobId, hangfireId, RetryPolicy.Sentence(failed.Exception)),
            DeletedState => unitOfWork => _transitions.CancelByStep(unitOfWork, jobId, hangfireId),
            EnqueuedState when context.OldStateName == FailedState.StateName || context.OldStateName == DeletedState.StateName =>
                 unitOfWork => _transitions.Retry(unitOfWork, jobId, hangfireId),
            _ => null,
        };
        if (write is not null)
        {
            sqlite.Enlist(write);
        }

        if (Failpoint.IsArmed && context.NewState is SucceededState or AgainState)
        {
            var step = ChainLink.NameOf(context.BackgroundJob.Job.Type);
            sqlite.Enlist(unitOfWork => unitOfWork.OnCommitted(() => Failpoint.Reach(step, FailpointNames.AfterRecord)));
        }
    }

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
    }

    private static bool IsStep(Hangfire.Common.Job? job, out Guid jobId)
    {
        jobId = job?.Args is [Guid id, ..] && typeof(Step).IsAssignableFrom(job.Type) ? id : default;
        return jobId != default;
    }

    private IState ElectFailure(Guid jobId, string hangfireId, FailedState failed)
    {
        var tries = 1 + _storage.Read(connection => ((Db)connection).FindStep(jobId, hangfireId)?.Tries ?? 0);
        if (RetryPolicy.NextDelay(failed.Exception, tries, Random.Shared.NextDouble()) is not { } delay)
        {
            LogFailed(jobId, RetryPolicy.Sentence(failed.Exception), failed.Exception);
            return failed;
        }

        LogRetry(jobId, tries, delay, RetryPolicy.Sentence(failed.Exception), failed.Exception);
        var outcome = new Again(delay, $"Try {tries} failed: {RetryPolicy.Sentence(failed.Exception)}")
        {
            Commit = unitOfWork =>
            {
                ((Db)unitOfWork).RaiseTries(jobId, hangfireId);
                _transitions.Stumble(unitOfWork, jobId, hangfireId, RetryPolicy.Sentence(failed.Exception));
            },
        };
        return new AgainState(outcome, _time.GetUtcNow() + delay);
    }

    [LoggerMessage(LogLevel.Error, "Job {job_id} failed: {Sentence}")]
    private partial void LogFailed(Guid job_id, string sentence, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Job {job_id}: try {Tries} failed, again in {Delay}: {Sentence}")]
    private partial void LogRetry(Guid job_id, int tries, TimeSpan delay, string sentence, Exception exception);
}
