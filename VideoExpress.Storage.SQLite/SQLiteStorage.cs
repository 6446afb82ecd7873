using Hangfire;
using Hangfire.Client;
using Hangfire.Logging;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Cancellation;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Locks;
using VideoExpress.Storage.SQLite.Maintenance;
using VideoExpress.Storage.SQLite.Queues;
using VideoExpress.Storage.SQLite.Schedule;
using VideoExpress.Storage.SQLite.Schema;
using VideoExpress.Storage.SQLite.Sessions;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// A Hangfire storage that keeps everything in one SQLite file, owned by one process. What a caller was told of is durable when the call
/// returns (<c>synchronous=FULL</c>); see the package's README for what may be repeated after a power cut. An application may keep its own
/// tables in the same file, read them with <see cref="Read{T}"/>, and write them together with background jobs in a
/// <see cref="BeginUnitOfWork">unit of work</see> or by <see cref="SQLiteStorageTransaction.Enlist"/>. Tables of the storage are named
/// <c>hangfire_…</c>.
/// </summary>
/// <remarks>Stop the Hangfire servers that use it before disposing of it.</remarks>
public class SQLiteStorage : JobStorage, IDisposable
{
    /// <summary>What <see cref="HasFeature"/> says yes to.</summary>
    private static readonly HashSet<string> Features = new(StringComparer.OrdinalIgnoreCase)
    {
        JobStorageFeatures.JobQueueProperty,
        JobStorageFeatures.ExtendedApi,
        JobStorageFeatures.ProcessesInsteadOfComponents,
        JobStorageFeatures.Connection.GetUtcDateTime,
        JobStorageFeatures.Connection.BatchedGetFirstByLowest,
        JobStorageFeatures.Connection.GetSetContains,
        JobStorageFeatures.Connection.LimitedGetSetCount,
        JobStorageFeatures.Transaction.AcquireDistributedLock,
        JobStorageFeatures.Transaction.CreateJob,
        JobStorageFeatures.Transaction.SetJobParameter,
        JobStorageFeatures.Transaction.RemoveFromQueue(typeof(SQLiteFetchedJob)),
        JobStorageFeatures.Monitoring.DeletedStateGraphs,
        JobStorageFeatures.Monitoring.AwaitingJobs,
    };

    private static readonly TimeSpan JobLockTimeout = TimeSpan.FromMinutes(1);

    private readonly OwnerLock _owner;
    private int _disposed;

    /// <summary>Opens or creates the file at <paramref name="path"/>, and its folder.</summary>
    /// <exception cref="SQLiteStorageInUseException">The file is in use by this or another process.</exception>
    /// <exception cref="InvalidOperationException">The file was written by a newer version; it was not touched.</exception>
    /// <exception cref="SqliteException">
    /// The file is damaged (<c>SQLITE_CORRUPT</c>, <c>SQLITE_NOTADB</c>; it was not touched), or it cannot be opened for writing. The message
    /// says what to do.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write to the folder.</exception>
    /// <exception cref="IOException">The path is a folder, or there is no room for the lock file.</exception>
    public SQLiteStorage(string path)
        : this(path, new SQLiteStorageOptions())
    {
    }

    /// <inheritdoc cref="SQLiteStorage(string)" />
    public SQLiteStorage(string path, SQLiteStorageOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(options);

        Path = StorageFile.RealPath(path);
        Options = options.Checked();
        JobExpirationTimeout = Options.JobExpirationTimeout;
        Pool = new ConnectionPool(Path);
        Queues = new QueueBoard(Options.TimeProvider);
        DueTimes = new DueTimes(Options.TimeProvider);
        JobFactory = new BackgroundJobFactory(Options.FilterProvider);
        StateChanger = new BackgroundJobStateChanger(Options.FilterProvider);

        StorageFile.MakeFolder(Path);
        _owner = OwnerLock.Take(Path);
        try
        {
            if (NetworkFileSystem.WarningFor(Path) is { } warning)
            {
                LogProvider.GetLogger(typeof(SQLiteStorage)).Warn(warning);
            }

            Writer = new FileWriter(StorageFile.Open(Path, Options.TimeProvider));
            JobIds = Recover();
        }
        catch
        {
            Writer?.Dispose();
            Pool.Dispose();
            _owner.Dispose();
            throw;
        }
    }

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <summary>The settings; changes to them have no effect.</summary>
    public SQLiteStorageOptions Options { get; }

    /// <summary>True: whatever was committed before a read began is seen by it.</summary>
    public override bool LinearizableReads => true;

    internal ConnectionPool Pool { get; }

    internal FileWriter Writer { get; }

    internal QueueBoard Queues { get; }

    internal LockTable Locks { get; } = new();

    internal DueTimes DueTimes { get; }

    internal RunningJobs Running { get; } = new();

    internal JobIds JobIds { get; }

    internal IBackgroundJobFactory JobFactory { get; }

    internal IBackgroundJobStateChanger StateChanger { get; }

    /// <summary>Runs a read on a pooled connection: one consistent snapshot, no writes.</summary>
    /// <remarks>The result must not hold on to the connection: read everything before returning.</remarks>
    public T Read<T>(Func<SqliteConnection, T> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Pool.Snapshot(statements => query(statements.Connection));
    }

    /// <summary>
    /// Begins a unit of work, in which an application's rows and Hangfire's jobs are committed together. Dispose of it on the same thread,
    /// whatever happens: until then the thread cannot write elsewhere.
    /// </summary>
    /// <param name="lockJobs">
    /// Ids of existing background jobs whose state the unit of work will change, or that it will add continuations to. Their locks are
    /// waited for, up to a minute each, before it begins; inside it no lock is ever waited for.
    /// </param>
    /// <exception cref="DistributedLockTimeoutException">One of the locks was not free in time.</exception>
    public SQLiteUnitOfWork BeginUnitOfWork(params string[] lockJobs)
    {
        ArgumentNullException.ThrowIfNull(lockJobs);
        var locks = new AutonomousSession(this);
        try
        {
            // Older jobs first: so does a chain, which locks the parent before the child.
            foreach (var job in lockJobs.OrderBy(job => job.Length).ThenBy(job => job, StringComparer.Ordinal))
            {
                locks.Lock($"job:{job}:state-lock", JobLockTimeout);
            }

            return new SQLiteUnitOfWork(this, new UnitOfWorkSession(this, locks));
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Copies the whole file, the application's tables too, as it is at one moment between now and completion, while others read and write
    /// on. The copy opens as a storage, whose jobs then go on from that moment.
    /// </summary>
    /// <param name="path">
    /// Where the copy goes. Its folder exists. It is written beside the target, under a name that ends in <c>.partial</c>, synced, and
    /// then renamed, so a file that was there before is replaced by a whole one or not at all.
    /// </param>
    /// <param name="cancellationToken">Ends the copying within about a megabyte and leaves nothing behind.</param>
    /// <remarks>The write-ahead log cannot be cut while the copy is made, and grows by what is written meanwhile.</remarks>
    /// <exception cref="SQLiteStorageInUseException">The target is the file of this or another open storage, or belongs to it.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The target is a folder, or the log of another database lies beside it.</exception>
    /// <exception cref="SqliteException">The copy could not be written; there may be no room (<c>SQLITE_FULL</c>).</exception>
    public Task BackUpAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Task.Run(() => Backup.Run(this, path, cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public override IStorageConnection GetConnection() => new SQLiteStorageConnection(this, new AutonomousSession(this));

    /// <inheritdoc />
    public override IMonitoringApi GetMonitoringApi() => new SQLiteMonitoringApi(this);

    /// <inheritdoc />
    public override IEnumerable<IBackgroundProcess> GetServerRequiredProcesses() => [new PreciseScheduler(this)];

    /// <inheritdoc />
    public override IEnumerable<IBackgroundProcess> GetStorageWideProcesses() => [new Expiration(this), new WriteAheadLog(this)];

    /// <inheritdoc />
    public override bool HasFeature(string featureId)
    {
        ArgumentNullException.ThrowIfNull(featureId);
        return Features.Contains(featureId) || base.HasFeature(featureId);
    }

    /// <inheritdoc />
    public override void WriteOptionsToLog(ILog logger)
    {
        logger.Info("Using the following options for the SQLite storage:");
        logger.Info($"    File: {Path}");
        logger.Info($"    Job expiration: {JobExpirationTimeout}, checked every {Options.ExpirationInterval}");
        logger.Info($"    States kept per job: {Options.StateHistoryLength}");
    }

    /// <summary>What the dashboard shows in its footer.</summary>
    public override string ToString() => $"SQLite: {System.IO.Path.GetFileName(Path)}";

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file and lets go of it; workers that still wait for a job get an exception.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Queues.Dispose();
        Pool.Dispose();
        // The last connection to close: it takes the write-ahead log into the file.
        Writer.Dispose();
        _owner.Dispose();
    }

    internal long Now() => UnixMicros.Now(Options.TimeProvider);

    internal void ReloadDueTimes()
    {
        var earliest = DueTimes.Forget();
        try
        {
            earliest = Pool.Read(sql => sql.Scalar<long?>(
                "select due_us from hangfire_set where due_us is not null order by due_us limit 1")) ?? long.MaxValue;
        }
        finally
        {
            DueTimes.Add(earliest);
        }
    }

    /// <summary>Fills the memory from the file. Nobody else has it open, so no server in it is alive and no queued job is taken.</summary>
    private JobIds Recover()
    {
        Writer.Run(turn => turn.Sql.Execute("delete from hangfire_server"));
        var (queued, lastId) = Pool.Snapshot(sql => (
            sql.Query(
                "select id, queue, job_id from hangfire_queue order by id",
                row => new QueuedJob(row.GetInt64(0), row.GetString(1), row.GetInt64(2))),
            sql.Scalar<long>("select max(last, coalesce((select max(id) from hangfire_job), 0)) from hangfire_job_id")));

        foreach (var row in queued)
        {
            Queues.Add(row with { Queue = string.Intern(row.Queue) });
        }

        ReloadDueTimes();
        return new JobIds(lastId);
    }
}
