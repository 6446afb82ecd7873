using Hangfire.Common;
using Hangfire.Server;
using Hangfire.Storage;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Sessions;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// A connection: locks, jobs and servers here; sets, hashes, lists and counters in the other part. It is cheap to get and to hold, for it
/// has no database connection of its own, and it may be used by one thread after another.
/// </summary>
internal sealed partial class SQLiteStorageConnection(SQLiteStorage storage, Session session) : JobStorageConnection
{
    internal SQLiteStorage Storage { get; } = storage;

    internal Session Session { get; } = session;

    public override void Dispose()
    {
        Session.Dispose();
        base.Dispose();
    }

    public override IWriteOnlyTransaction CreateWriteTransaction() => new SQLiteStorageTransaction(this);

    public override IDisposable AcquireDistributedLock(string resource, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(resource);
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The timeout must not be negative.");
        }

        return Session.Lock(resource, timeout.TotalMilliseconds > int.MaxValue ? Timeout.InfiniteTimeSpan : timeout);
    }

    public override string CreateExpiredJob(Job job, IDictionary<string, string?> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        var (id, command) = PrepareJob(job, parameters, createdAt, expireIn);
        // Its caller knows nothing of it yet: a job becomes one by its first state.
        Session.Write([command], WriteTraits.Repeatable);
        return id;
    }

    public override IFetchedJob FetchNextJob(string[] queues, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queues);
        if (queues.Length == 0)
        {
            throw new ArgumentException("At least one queue must be named.", nameof(queues));
        }

        return Session.Fetch(queues, cancellationToken);
    }

    public override void SetJobParameter(string id, string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(name);

        if (JobIds.TryParse(id, out var job))
        {
            Session.Write([new ChangeJobParameter(job, name, value)]);
        }
    }

    public override string? GetJobParameter(string id, string name)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(name);
        if (!JobIds.TryParse(id, out var job))
        {
            return null;
        }

        return Session.Read(sql => JobQueries.Parameters(sql, job))?.GetValueOrDefault(name);
    }

    public override JobData? GetJobData(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        return JobIds.TryParse(jobId, out var job) ? Session.Read(sql => JobQueries.Data(sql, job)) : null;
    }

    public override StateData? GetStateData(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        return JobIds.TryParse(jobId, out var job) ? Session.Read(sql => JobQueries.State(sql, job)) : null;
    }

    public override void AnnounceServer(string serverId, ServerContext context)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        ArgumentNullException.ThrowIfNull(context);

        var queues = Json.Write(context.Queues ?? []);
        Write(turn => ServerCommands.Announce(turn, serverId, queues, context.WorkerCount, Storage.Now()), WriteTraits.Repeatable);
    }

    public override void RemoveServer(string serverId)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        Write(turn => ServerCommands.Remove(turn, serverId), WriteTraits.Repeatable);
    }

    public override void Heartbeat(string serverId)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        var known = Session.Write(turn => ServerCommands.Heartbeat(turn, serverId, Storage.Now()), WriteTraits.Repeatable);
        if (known == 0)
        {
            throw new BackgroundServerGoneException();
        }
    }

    public override int RemoveTimedOutServers(TimeSpan timeOut)
    {
        if (timeOut <= TimeSpan.Zero)
        {
            throw new ArgumentException("The timeout must be positive.", nameof(timeOut));
        }

        return Session.Write(
            turn => ServerCommands.RemoveSilentSince(turn, Storage.Now() - UnixMicros.From(timeOut)), WriteTraits.Repeatable);
    }

    public override DateTime GetUtcDateTime() => Storage.Options.TimeProvider.GetUtcNow().UtcDateTime;

    /// <summary>False when there is no such job. The state is null before the first.</summary>
    internal bool TryGetState(string jobId, out string? state)
    {
        var found = JobIds.TryParse(jobId, out var job) ? Session.StateOf(job) : default;
        state = found.State;
        return found.Exists;
    }

    /// <summary>The id of a new job and the command that will insert it.</summary>
    internal (string Id, ICommand Command) PrepareJob(
        Job job, IDictionary<string, string?> parameters, DateTime createdAt, TimeSpan expireIn)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(parameters);

        var invocation = StoredInvocation.From(job);
        var created = UnixMicros.From(createdAt);
        var id = Storage.JobIds.Next();
        return (JobIds.ToText(id),
            new CreateJob(id, Storage.JobIds, invocation, new Dictionary<string, string?>(parameters), created, created + UnixMicros.From(expireIn)));
    }

    private void Write(Func<WriteTurn, int> work, WriteTraits traits) => Session.Write(work, traits);
}
