using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.States;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Bench.Storage;

/// <summary>A storage that is measured. Both get the same jobs, clients and servers.</summary>
internal abstract class Peer(JobStorage storage, Job counted, Tally tally) : IDisposable
{
    private const int Workers = 8;

    public JobStorage Storage { get; } = storage;

    /// <summary>Hangfire's own client.</summary>
    public BackgroundJobClient Client { get; } = new(storage);

    /// <summary>The job that does nothing but count.</summary>
    public Job Counted { get; } = counted;

    /// <summary>Where it counts.</summary>
    public Tally Tally { get; } = tally;

    /// <summary>Creates a chain by the best means that the storage has.</summary>
    public abstract void CreateChain(Job job, int length);

    /// <summary>Queues jobs as fast as can be; nobody measures this.</summary>
    public abstract void Fill(int count);

    public BackgroundJobServer Serve() => Serve(new BackgroundJobServerOptions());

    public BackgroundJobServer Serve(BackgroundJobServerOptions options)
    {
        options.WorkerCount = Workers;
        return new BackgroundJobServer(options, Storage);
    }

    public virtual void Dispose() => (Storage as IDisposable)?.Dispose();
}

internal sealed class SQLitePeer : Peer
{
    private const int FillBatch = 500;

    private static readonly Job Count = Job.FromExpression(() => Jobs.CountInSQLite());

    private readonly string _folder;

    public SQLitePeer(string parent, SQLiteStorageOptions? options = null)
        : this(Directory.CreateDirectory(Path.Combine(parent, Path.GetRandomFileName())), options ?? new SQLiteStorageOptions())
    {
    }

    private SQLitePeer(DirectoryInfo folder, SQLiteStorageOptions options)
        : base(new SQLiteStorage(Path.Combine(folder.FullName, "jobs.db"), options), Count, Ran = new Tally())
    {
        _folder = folder.FullName;
        GlobalConfiguration.Configuration.UseSQLiteStorage(Storage);
    }

    public static Tally Ran { get; private set; } = new();

    public new SQLiteStorage Storage => (SQLiteStorage)base.Storage;

    public override void CreateChain(Job job, int length)
    {
        using var unitOfWork = Storage.BeginUnitOfWork();
        var last = unitOfWork.Create(job, new EnqueuedState());
        for (var step = 1; step < length; step++)
        {
            last = unitOfWork.ContinueWith(last, job);
        }

        unitOfWork.Commit();
    }

    public override void Fill(int count) => Create(Counted, () => new EnqueuedState(), count);

    public void Create(Job job, Func<IState> state, int count)
    {
        foreach (var batch in Enumerable.Range(0, count).Chunk(FillBatch))
        {
            using var unitOfWork = Storage.BeginUnitOfWork();
            foreach (var _ in batch)
            {
                unitOfWork.Create(job, state());
            }

            unitOfWork.Commit();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

internal sealed class InMemoryPeer() : Peer(new InMemoryStorage(), Count, Ran = new Tally())
{
    private static readonly Job Count = Job.FromExpression(() => Jobs.CountInMemory());

    public static Tally Ran { get; private set; } = new();

    public override void CreateChain(Job job, int length)
    {
        var last = Client.Create(job, new EnqueuedState());
        for (var step = 1; step < length; step++)
        {
            last = Client.Create(job, new AwaitingState(last, new EnqueuedState(), JobContinuationOptions.OnlyOnSucceededState));
        }
    }

    public override void Fill(int count)
    {
        for (var index = 0; index < count; index++)
        {
            Client.Create(Counted, new EnqueuedState());
        }
    }
}
