using Hangfire.Server;
using Hangfire.Storage;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Jobs.Store.Folder;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// One link of a chain, run by Hangfire. Whatever is requeued, doubled or started out of turn, a step first looks at the job's row:
/// it works only when the row says that it is this step's turn, and only once at a time.
/// </summary>
internal abstract partial class Step(SQLiteStorage storage, JobTransitions transitions, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(1);

    /// <summary>A step that the process has not survived this often is given up, so that the others go on.</summary>
    private const int MaxCrashes = 3;

    /// <summary>Suspects work one at a time: of those that were at work when the process ended, one alone may be to blame for the next end.</summary>
    private static readonly SemaphoreSlim Suspects = new(1);

    /// <summary>Every step there is.</summary>
    public static IReadOnlyList<Type> Types { get; } =
        [.. typeof(Step).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Step))).OrderBy(type => type.Name, StringComparer.Ordinal)];

    protected SQLiteStorage Storage => storage;

    protected JobTransitions Transitions => transitions;

    protected ILogger Logger => _logger;

    /// <summary>Hangfire's entry point. The job's id is its only argument: nothing else is shown in the dashboard.</summary>
    public async Task<StepOutcome> RunAsync(Guid jobId, PerformContext context, CancellationToken cancellationToken)
    {
        using var scope = _logger.BeginScope(new Dictionary<string, object>
        {
            ["job_id"] = jobId,
            ["step"] = ChainLink.NameOf(GetType()),
        });
        try
        {
            using var turn = context.Connection.AcquireDistributedLock($"videoexpress:step:{jobId:D}", TimeSpan.Zero);
            var outcome = await TakeTurnAsync(jobId, context.BackgroundJob.Id, cancellationToken);
            Log(outcome);
            return outcome;
        }
        catch (DistributedLockTimeoutException)
        {
            return new Again(BusyPause, "The step is being run already.");
        }
        catch (IOException error) when (DiskErrors.IsFull(error))
        {
            throw DiskErrors.Explain(error);
        }
        catch (OperationCanceledException) when (context.CancellationToken.ShutdownToken.IsCancellationRequested)
        {
            storage.Write(db => db.ForgiveStart(jobId, context.BackgroundJob.Id));
            throw;
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested)
            {
                RemoveWhatIsLeft(jobId);
            }
        }
    }

    /// <summary>Whoever cancelled the job has emptied its folder already, but this step was still at work in it.</summary>
    private void RemoveWhatIsLeft(Guid jobId)
    {
        if (storage.Read(connection => ((Db)connection).FindJob(jobId)) is not { } job || job.Status.IsTerminal())
        {
            transitions.RemoveScratch(jobId);
        }
    }

    private async Task<StepOutcome> TakeTurnAsync(Guid jobId, string hangfireId, CancellationToken cancellationToken)
    {
        var (job, rows, told) = storage.Read(connection =>
        {
            Db db = connection;
            return (db.FindJob(jobId), db.StepsOf(jobId), db.WebhooksOf(jobId));
        });
        if (job is null)
        {
            return new Nothing("There is no such job.");
        }

        var row = rows.Find(candidate => candidate.HangfireId == hangfireId);
        if (row is null)
        {
            return new Nothing("The job has a newer chain.");
        }

        var turn = new Turn(job, row);
        if (OutOfPlace(job, row, rows) is { } other)
        {
            return other;
        }

        var outcome = row.Crashes > 0 ? await ActAloneAsync(turn, cancellationToken) : await ActAsync(turn, cancellationToken);
        return outcome.ButAtOnceWhenToldMore(turn, told);
    }

    private async Task<StepOutcome> ActAloneAsync(Turn turn, CancellationToken cancellationToken)
    {
        if (turn.Row.Crashes >= MaxCrashes)
        {
            throw new CrashLoopException(turn.Row);
        }

        if (!await Suspects.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return new Again(BusyPause, "It was at work when the server ended, and another one that was goes first.");
        }

        try
        {
            storage.Write(db => db.RaiseCrashes(turn.Job.Id, turn.Row.HangfireId));
            var outcome = await ActAsync(turn, cancellationToken);
            storage.Write(db => db.ClearCrashes(turn.Job.Id, turn.Row.HangfireId));
            return outcome;
        }
        finally
        {
            Suspects.Release();
        }
    }

    private async Task<StepOutcome> ActAsync(Turn turn, CancellationToken cancellationToken)
    {
        Failpoint.Reach(turn.Row.Name, FailpointNames.BeforeEffect);
        try
        {
            return await DecideAsync(turn, cancellationToken);
        }
        finally
        {
            Failpoint.Reach(turn.Row.Name, FailpointNames.AfterEffect); // a failure has had its effects, too
        }
    }

    private void Log(StepOutcome outcome)
    {
        if (outcome is Done)
        {
            LogDone(outcome.Summary);
        }
        else
        {
            LogOther(outcome.Summary);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Summary}")]
    private partial void LogDone(string summary);

    [LoggerMessage(LogLevel.Debug, "{Summary}")]
    private partial void LogOther(string summary);

    /// <summary>Looks, decides, acts; returns what is to be committed.</summary>
    protected abstract Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken);

    /// <summary>What to answer when it is not this step's turn; null when it is.</summary>
    protected virtual StepOutcome? OutOfPlace(Job job, StepRow row, IReadOnlyList<StepRow> rows)
    {
        if (job.Trash is not null)
        {
            return new Nothing("The job was removed.");
        }

        if (job.Status == JobStatus.Failed && row.Ordinal > job.Step)
        {
            return new OutOfTurn(rows.First(candidate => candidate.Ordinal == row.Ordinal - 1).HangfireId); // a retry may come
        }

        if (job.Status.IsTerminal())
        {
            return new Nothing($"The job is {job.Status.Word()}.");
        }

        return row.Ordinal.CompareTo(job.Step) switch
        {
            < 0 => new Nothing("This step is done."),
            > 0 => new OutOfTurn(rows.First(candidate => candidate.Ordinal == row.Ordinal - 1).HangfireId),
            _ => null,
        };
    }
}

/// <summary>A step during which the process has ended again and again.</summary>
internal sealed class CrashLoopException(StepRow row) : JobException(
    $"VideoExpress was killed or crashed {row.Crashes} times in a row during this job's {row.Name} step, so it was given up. Retry it when "
    + "the cause is found: the log and the system's own (memory?) may tell.",
    canHeal: false);

/// <summary>A job whose turn it is at a step.</summary>
internal sealed record Turn(Job Job, StepRow Row)
{
    /// <summary>The job's parameters.</summary>
    public JobParameters Parameters { get; } = JobType.Of(Job);

    /// <summary>This link of the chain.</summary>
    public ChainLink Link => Parameters.Chain.Links[Row.Ordinal];

    /// <summary>The link before this one, if any.</summary>
    public ChainLink? Before => Row.Ordinal > 0 ? Parameters.Chain.Links[Row.Ordinal - 1] : null;

    /// <summary>True for the step that makes the job SUCCEEDED.</summary>
    public bool IsLast => Parameters.Chain.IsLast(Row.Ordinal);

    /// <summary>True while the job still stands at this step.</summary>
    public bool IsStill(Db db) => db.FindJob(Job.Id) is { Status: JobStatus.Running } now && now.Step == Row.Ordinal;
}
