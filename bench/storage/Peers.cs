using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.States;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Bench.Storage;

/// <summary>A storage that is measured. All of them get the same jobs, clients and servers.</summary>
internal abstract class Peer(JobStorage storage) : IDisposable
{
    private const int Workers = 8;

    public JobStorage Storage { get; } = storage;

    /// <summary>Hangfire's own client.</summary>
    public BackgroundJobClient Client { get; } = new(storage);

    /// <summary>Creates a chain by the best means that the storage has.</summary>
    public abstract void CreateChain(Job job, int length);

    /// <summary>Queues jobs as fast as can be; nobody measures this.</summary>
    public abstract void Fill(Job job, int count);

    public BackgroundJobServer Serve() => new(new BackgroundJobServerOptions { WorkerCount = Workers }, Storage);

    public virtual void Dispose() => (Storage as IDisposable)?.Dispose();
}

internal sealed class SQLitePeer : Peer
{
    private readonly string _folder;

    public SQLitePeer(string parent)
        : this(Directory.CreateDirectory(Path.Combine(parent, Path.GetRandomFileName())).FullName, new SQLiteStorageOptions())
    {
    }

    public SQLitePeer(string folder, SQLiteStorageOptions options)
        : base(new SQLiteStorage(Path.Combine(folder, "jobs.db"), options))
    {
        _folder = folder;
        GlobalConfiguration.Configuration.UseSQLiteStorage(Storage);
    }

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

    public override void Fill(Job job, int count)
    {
        foreach (var batch in Enumerable.Range(0, count).Chunk(500))
        {
            using var unitOfWork = Storage.BeginUnitOfWork();
            foreach (var _ in batch)
            {
                unitOfWork.Create(job, new EnqueuedState());
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

internal sealed class InMemoryPeer() : Peer(new InMemoryStorage())
{
    public override void CreateChain(Job job, int length)
    {
        var last = Client.Create(job, new EnqueuedState());
        for (var step = 1; step < length; step++)
        {
            last = Client.Create(job, new AwaitingState(last, new EnqueuedState(), JobContinuationOptions.OnlyOnSucceededState));
        }
    }

    public override void Fill(Job job, int count)
    {
        for (var index = 0; index < count; index++)
        {
            Client.Create(job, new EnqueuedState());
        }
    }
}
