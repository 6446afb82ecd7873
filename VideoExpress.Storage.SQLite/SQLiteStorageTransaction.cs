using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Sessions;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// A write transaction: collects commands and runs them in one <c>BEGIN IMMEDIATE … COMMIT</c>, in the order in which they were added.
/// Until then it holds nothing but its locks, so several may be open on one connection.
/// </summary>
public sealed partial class SQLiteStorageTransaction : JobStorageTransaction
{
    private readonly SQLiteStorageConnection _connection;
    private readonly List<ICommand> _commands = [];
    private readonly List<Action<SQLiteUnitOfWork>> _enlisted = [];
    private readonly List<IDisposable> _locks = [];
    private readonly Dictionary<string, long> _dueTimes = new(StringComparer.Ordinal);

    internal SQLiteStorageTransaction(SQLiteStorageConnection connection)
    {
        _connection = connection;
    }

    internal SQLiteStorageConnection Connection => _connection;

    private SQLiteStorage Storage => _connection.Storage;

    /// <summary>
    /// Has <paramref name="command"/> run at commit, inside the very same SQLite transaction: what it writes, the jobs it creates and the
    /// states it changes are committed together with everything else here, or not at all. This is how an <see cref="IApplyStateFilter"/>
    /// lets an application's rows follow Hangfire's states.
    /// </summary>
    /// <remarks>
    /// Enlisted commands run after all of Hangfire's own commands, in the order in which they were enlisted, so they see the states that
    /// this transaction sets. An exception rolls everything back and surfaces from <see cref="Commit"/>. When a command needs the lock of a
    /// job whose state is being changed elsewhere, the transaction is rolled back, waits for that lock, for up to a second, and is run again: a command must do
    /// nothing that the rollback does not undo, except through <see cref="SQLiteUnitOfWork.OnCommitted"/>. It must be quick and must not
    /// wait for anything outside, because nobody else can write meanwhile.
    /// </remarks>
    public void Enlist(Action<SQLiteUnitOfWork> command)
    {
        ArgumentNullException.ThrowIfNull(command);
        _enlisted.Add(command);
    }

    /// <inheritdoc />
    public override string CreateJob(Job job, IDictionary<string, string?> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        var (id, command) = _connection.PrepareJob(job, parameters, createdAt, expireIn);
        _commands.Add(command);
        return id;
    }

    /// <inheritdoc />
    public override void SetJobParameter(string jobId, string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        ArgumentNullException.ThrowIfNull(name);
        if (JobIds.TryParse(jobId, out var job))
        {
            _commands.Add(new ChangeJobParameter(job, name, value));
        }
    }

    /// <inheritdoc />
    public override void ExpireJob(string jobId, TimeSpan expireIn)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        if (JobIds.TryParse(jobId, out var job))
        {
            _commands.Add(new ExpireJob(job, In(expireIn)));
        }
    }

    /// <inheritdoc />
    public override void PersistJob(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        if (JobIds.TryParse(jobId, out var job))
        {
            _commands.Add(new ExpireJob(job, at: null));
        }
    }

    /// <inheritdoc />
    public override void SetJobState(string jobId, IState state)
    {
        if (RecordOf(jobId, state) is not { } record)
        {
            return;
        }

        _commands.Add(new SetJobState(record, Storage.Options.StateHistoryLength, Storage.Running));
        // Hangfire adds the job to the schedule next, with a score in whole seconds.
        if (state is ScheduledState scheduled)
        {
            _dueTimes[jobId] = UnixMicros.NotBefore(scheduled.EnqueueAt);
        }
    }

    /// <inheritdoc />
    public override void AddJobState(string jobId, IState state)
    {
        if (RecordOf(jobId, state) is { } record)
        {
            _commands.Add(new AddJobState(record));
        }
    }

    /// <inheritdoc />
    public override void AddToQueue(string queue, string jobId)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ArgumentNullException.ThrowIfNull(jobId);
        if (JobIds.TryParse(jobId, out var job))
        {
            _commands.Add(new AddToQueue(queue, job, Storage.Queues));
        }
    }

    /// <inheritdoc />
    public override void RemoveFromQueue(IFetchedJob fetchedJob)
    {
        ArgumentNullException.ThrowIfNull(fetchedJob);
        if (fetchedJob is not SQLiteFetchedJob own)
        {
            throw new ArgumentException($"A {fetchedJob.GetType().Name} was not fetched from this storage.", nameof(fetchedJob));
        }

        _commands.Add(new RemoveFromQueue(own));
    }

    /// <inheritdoc />
    public override void AcquireDistributedLock(string resource, TimeSpan timeout) =>
        _locks.Add(_connection.AcquireDistributedLock(resource, timeout));

    /// <inheritdoc />
    public override void Commit()
    {
        try
        {
            if (_commands.Count + _enlisted.Count > 0)
            {
                CommitRetrying();
            }

            _commands.Clear();
            _enlisted.Clear();
        }
        finally
        {
            ReleaseLocks();
        }
    }

    /// <summary>Without <see cref="Commit"/>, nothing has happened.</summary>
    public override void Dispose()
    {
        ReleaseLocks();
        base.Dispose();
    }

    /// <summary>
    /// An enlisted command must not wait for a lock, whose holder may wait for the writer's turn that we have. So we give the turn back,
    /// wait for the lock, and begin again with it. Whoever waits for each other both ways gives up after a time of chance, so that one of
    /// them goes on.
    /// </summary>
    private void CommitRetrying()
    {
        for (var attemptsLeft = 5; ; attemptsLeft--)
        {
            try
            {
                if (_enlisted.Count == 0)
                {
                    _connection.Session.Write(_commands, Traits());
                }
                else
                {
                    _connection.Session.Write(Apply, WriteTraits.OwnThread);
                }

                return;
            }
            catch (DistributedLockTimeoutException exception) when (attemptsLeft > 0)
            {
                AcquireDistributedLock(exception.Resource, TimeSpan.FromMilliseconds(Random.Shared.Next(100, 1000)));
            }
        }
    }

    /// <summary>
    /// Changes a parameter by what it is at commit, where nobody else can write: two changes made in one transaction both count.
    /// </summary>
    internal void ChangeJobParameter(string jobId, string name, Func<string?, string?> change)
    {
        if (JobIds.TryParse(jobId, out var job))
        {
            _commands.Add(new ChangeJobParameter(job, name, change));
        }
    }

    private WriteTraits Traits()
    {
        // Lost in a power cut, the job is enqueued as before and is started again.
        var onlyStartsJob = _commands.Exists(command => command is SetJobState { IsStart: true })
            && _commands.TrueForAll(command => command is SetJobState { IsStart: true } or Writer.ExpireJob { At: null });
        return onlyStartsJob ? WriteTraits.Repeatable : WriteTraits.None;
    }

    private bool Apply(WriteTurn turn)
    {
        turn.Execute(_commands);
        using var unit = new SQLiteUnitOfWork(Storage, new UnitOfWorkSession(Storage, turn, _connection.Session.Owner));
        foreach (var command in _enlisted)
        {
            command(unit);
        }

        return true;
    }

    private void ReleaseLocks()
    {
        foreach (var held in _locks)
        {
            held.Dispose();
        }

        _locks.Clear();
    }

    /// <summary>The state as it is now; null when the id cannot be one of ours.</summary>
    private StateRecord? RecordOf(string jobId, IState state)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        ArgumentNullException.ThrowIfNull(state);
        if (state.Name is null)
        {
            throw new ArgumentException("A state must have a name.", nameof(state));
        }

        if (!JobIds.TryParse(jobId, out var job))
        {
            return null;
        }

        Dictionary<string, string?>? data = state.SerializeData()!;
        return new StateRecord(job, state.Name, state.Reason, Json.Write(data), Storage.Now());
    }

    private long In(TimeSpan time) => Storage.Now() + UnixMicros.From(time);
}
