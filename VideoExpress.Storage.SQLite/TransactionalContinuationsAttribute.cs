using Hangfire;
using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.States;
using Hangfire.Storage;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// Starts the continuations of a background job in the transaction that finishes it. Hangfire's own filter does so in transactions of their
/// own, just before: a crash in between runs the next step while the one before is run again. With another storage this filter does
/// exactly what Hangfire's does.
/// </summary>
/// <remarks>
/// Options of continuations mean what they mean in Hangfire: a continuation whose condition is not met is deleted; a failed job is not
/// finished, so its continuations wait.
/// </remarks>
public sealed class TransactionalContinuationsAttribute : JobFilterAttribute, IElectStateFilter
{
    private const string ContinuationsParameter = "Continuations";

    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(1);

    private readonly ContinuationsSupportAttribute _stock = new();
    private readonly ILog _log = LogProvider.For<TransactionalContinuationsAttribute>();

    /// <summary>Makes the filter.</summary>
    public TransactionalContinuationsAttribute()
    {
        // Last, like the stock filter: only what the other filters have settled on counts.
        Order = 1000;
    }

    /// <inheritdoc />
    public void OnStateElection(ElectStateContext context)
    {
        ArgumentNullException.ThrowIfNull(context);

        if (context.Transaction is not SQLiteStorageTransaction transaction)
        {
            _stock.OnStateElection(context);
        }
        else if (context.CandidateState is AwaitingState awaiting)
        {
            Await(context, transaction, awaiting);
        }
        else if (IsFinished(context.CandidateState.Name))
        {
            StartContinuations(context, transaction);
        }
    }

    internal static void ReplaceStockFilter()
    {
        GlobalJobFilters.Filters.Remove<ContinuationsSupportAttribute>();
        if (!GlobalJobFilters.Filters.Any(filter => filter.Instance is TransactionalContinuationsAttribute))
        {
            GlobalJobFilters.Filters.Add(new TransactionalContinuationsAttribute());
        }
    }

    /// <summary>Enters the job in its parent's list, or decides at once if the parent has finished already.</summary>
    private static void Await(ElectStateContext context, SQLiteStorageTransaction transaction, AwaitingState awaiting)
    {
        // Until the commit, the parent cannot finish without knowing of this job.
        transaction.AcquireDistributedJobLock(awaiting.ParentId, LockTimeout);
        if (!transaction.Connection.TryGetState(awaiting.ParentId, out var parentState))
        {
            throw new InvalidOperationException(
                $"Can not add a continuation: parent background job '{awaiting.ParentId}' does not exist.");
        }

        if (IsFinished(parentState))
        {
            context.CandidateState = IsMet(awaiting.Options, parentState) ? awaiting.NextState : ConditionNotMet();
            return;
        }

        var entry = new Continuation(context.BackgroundJob.Id, awaiting.Options);
        transaction.ChangeJobParameter(awaiting.ParentId, ContinuationsParameter, list => With(entry, list));
    }

    private void StartContinuations(ElectStateContext context, SQLiteStorageTransaction transaction)
    {
        // The state is changed under the job's lock, and so was the snapshot taken and is the list altered.
        var snapshot = context.BackgroundJob.ParametersSnapshot;
        var list = snapshot is null
            ? context.Connection.GetJobParameter(context.BackgroundJob.Id, ContinuationsParameter)
            : snapshot.GetValueOrDefault(ContinuationsParameter);

        foreach (var continuation in Parse(list).DistinctBy(continuation => continuation.JobId))
        {
            // Always parent before child, so chains lock in one order.
            transaction.AcquireDistributedJobLock(continuation.JobId, LockTimeout);
            if (context.Connection.GetStateData(continuation.JobId) is not { } state)
            {
                _log.Warn($"Continuation '{continuation.JobId}' of background job '{context.BackgroundJob.Id}' does not exist.");
                continue;
            }

            // Somebody has started or deleted it by hand.
            if (state.Name != AwaitingState.StateName)
            {
                continue;
            }

            var next = IsMet(continuation.Options, context.CandidateState.Name) ? NextStateOf(state) : ConditionNotMet();
            ((SQLiteStorage)context.Storage).StateChanger.ChangeState(new StateChangeContext(
                context.Storage,
                context.Connection,
                transaction,
                continuation.JobId,
                next,
                [AwaitingState.StateName],
                CancellationToken.None));
        }
    }

    private static string? With(Continuation entry, string? list)
    {
        var entries = Parse(list);
        // A job that is changed to Awaiting again is in the list already.
        return entries.Exists(known => known.JobId == entry.JobId) ? list : SerializationHelper.Serialize(entries.Append(entry).ToList());
    }

    private static List<Continuation> Parse(string? list) =>
        (SerializationHelper.Deserialize<List<Continuation>>(list) ?? []).FindAll(entry => !string.IsNullOrWhiteSpace(entry.JobId));

    private static IState NextStateOf(StateData awaiting)
    {
        try
        {
            return SerializationHelper.Deserialize<IState>(awaiting.Data["NextState"], SerializationOption.TypedInternal);
        }
        catch (Exception exception)
        {
            return new FailedState(exception) { Reason = "The state that the continuation was to start in could not be read." };
        }
    }

    private static bool IsFinished(string? state) => IsSucceeded(state) || IsDeleted(state);

    private static bool IsMet(JobContinuationOptions options, string? parentState) =>
        options == JobContinuationOptions.OnAnyFinishedState
            || (options.HasFlag(JobContinuationOptions.OnlyOnSucceededState) && IsSucceeded(parentState))
            || (options.HasFlag(JobContinuationOptions.OnlyOnDeletedState) && IsDeleted(parentState));

    private static bool IsSucceeded(string? state) => SucceededState.StateName.Equals(state, StringComparison.OrdinalIgnoreCase);

    private static bool IsDeleted(string? state) => DeletedState.StateName.Equals(state, StringComparison.OrdinalIgnoreCase);

    private static DeletedState ConditionNotMet() => new() { Reason = "Continuation condition was not met" };

    /// <summary>An entry of the parameter, in the shape that Hangfire and its dashboard read and write.</summary>
    private sealed record Continuation(string JobId, JobContinuationOptions Options);
}
