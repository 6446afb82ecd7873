using System.Collections.Concurrent;
using System.Threading.Channels;
using Hangfire;
using Hangfire.Server;
using Hangfire.States;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage.Concurrency;

/// <summary>
/// Jobs that end in every way there is. Each run is counted in a table of the application, and each reason for a further run is noted
/// before it is given.
/// </summary>
public sealed class Labour(SQLiteStorage storage)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<string> _lingering = Channel.CreateUnbounded<string>();

    private readonly ConcurrentDictionary<string, int> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _reasons = new(StringComparer.Ordinal);
    private TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _aborted;

    /// <summary>The ids of servers, each at the moment when a job began to linger there.</summary>
    public ChannelReader<string> Lingering => _lingering.Reader;

    /// <summary>How many runs ended because their server did.</summary>
    public int Aborted => _aborted;

    /// <summary>Jobs that were performed by two workers at once.</summary>
    public ConcurrentBag<string> Doubled { get; } = [];

    /// <summary>How often each job had a reason to run again.</summary>
    public int ReasonsOf(string id) => _reasons.GetValueOrDefault(id);

    public void Plain(PerformContext? context) => Run(context!, _ => { });

    [AutomaticRetry(Attempts = 5, DelaysInSeconds = [0])]
    public void FailsOnce(PerformContext? context) => Run(context!, id =>
    {
        if (ReasonsOf(id) == 0)
        {
            Note(id);
            throw new InvalidOperationException("The first time it fails.");
        }
    });

    /// <summary>Moves itself back into the queue while it runs.</summary>
    public void RequeuesItself(PerformContext? context)
    {
        var id = context!.BackgroundJob.Id;
        Run(context, _ => { });
        if (ReasonsOf(id) == 0)
        {
            Note(id);
            Assert.True(new BackgroundJobClient(storage).ChangeState(id, new EnqueuedState(), ProcessingState.StateName));
            throw new JobAbortedException();
        }
    }

    public void IsDeletedWhileItRuns(PerformContext? context) => Run(
        context!, id => Assert.True(new BackgroundJobClient(storage).ChangeState(id, new DeletedState(), ProcessingState.StateName)));

    /// <summary>Waits for its server to stop, the first time, unless it is told that this was long enough.</summary>
    public void Lingers(PerformContext? context, CancellationToken cancellationToken) => Run(context!, id =>
    {
        if (ReasonsOf(id) != 0)
        {
            return;
        }

        IAsyncResult enough = Volatile.Read(ref _enough).Task;
        _lingering.Writer.TryWrite(context!.ServerId);
        var ended = WaitHandle.WaitAny([cancellationToken.WaitHandle, enough.AsyncWaitHandle], Patience);
        Assert.NotEqual(WaitHandle.WaitTimeout, ended);
        if (ended == 0)
        {
            Note(id);
            Interlocked.Increment(ref _aborted);
            cancellationToken.ThrowIfCancellationRequested();
        }
    });

    /// <summary>Ends those that linger now.</summary>
    public void LetGo() =>
        Interlocked.Exchange(ref _enough, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private void Run(PerformContext context, Action<string> work)
    {
        var id = context.BackgroundJob.Id;
        if (!_running.TryAdd(id, 0))
        {
            Doubled.Add(id);
        }

        try
        {
            using (var unit = storage.BeginUnitOfWork())
            {
                Runs.Add(unit, id, "started");
                unit.Commit();
            }

            work(id);
        }
        finally
        {
            _running.TryRemove(id, out _);
        }
    }

    private void Note(string id) => _reasons.AddOrUpdate(id, 1, (_, count) => count + 1);
}
