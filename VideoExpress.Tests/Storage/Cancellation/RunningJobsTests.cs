using Hangfire;
using Hangfire.States;
using VideoExpress.Storage.SQLite.Cancellation;

namespace VideoExpress.Tests.Storage.Cancellation;

/// <summary>Who is told of which commit, to the letter.</summary>
public sealed class RunningJobsTests
{
    private const long Job = 7;

    private readonly RunningJobs _running = new();

    [Theory]
    [InlineData("Deleted")]
    [InlineData("Enqueued")]
    [InlineData("Processing")]
    public async Task EachChangeOfItsState_HasARunningJobLookedAt(string state)
    {
        var token = Begin(Job);

        _running.StateChanged(Job, state);

        await token.Looked;
    }

    [Fact]
    public async Task AJobThatWasTaken_BeforeItsMethodBegan_IsLookedAt()
    {
        var token = new Token();
        _running.StateChanged(Job, ProcessingState.StateName);
        _running.StateChanged(Job, DeletedState.StateName);

        _running.Enter(Job, token);

        await token.Looked;
    }

    [Fact]
    public async Task TwoRunsOfOneJob_AreBothLookedAt()
    {
        var (stale, current) = (new Token(), Begin(Job));
        _running.Enter(Job, stale);

        _running.StateChanged(Job, DeletedState.StateName);

        await Task.WhenAll(stale.Looked, current.Looked);
    }

    [Fact]
    public async Task WhoIsNotConcerned_IsNotLookedAt()
    {
        var (ended, other, deleted) = (Begin(Job), Begin(Job + 1), Begin(Job + 2));
        _running.Leave(ended);

        _running.StateChanged(Job, SucceededState.StateName);
        _running.StateChanged(Job + 2, DeletedState.StateName);

        await deleted.Looked;
        Assert.Equal((0, 0), (ended.Looks, other.Looks));
    }

    [Fact]
    public void NothingIsKept_OfWhatHasEnded()
    {
        var token = Begin(Job);
        Assert.False(_running.IsEmpty);
        _running.Leave(token);
        _running.StateChanged(Job, SucceededState.StateName);
        _running.StateChanged(Job + 1, EnqueuedState.StateName);

        Assert.True(_running.IsEmpty);
    }

    private Token Begin(long job)
    {
        var token = new Token();
        _running.StateChanged(job, ProcessingState.StateName);
        _running.Enter(job, token);
        return token;
    }

    private sealed class Token : IJobCancellationToken
    {
        private readonly TaskCompletionSource _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _looks;

        public Task Looked => _looked.Task.WaitAsync(JobRun.Patience);

        public int Looks => _looks;

        public CancellationToken ShutdownToken => CancellationToken.None;

        public void ThrowIfCancellationRequested()
        {
            Interlocked.Increment(ref _looks);
            _looked.TrySetResult();
        }
    }
}
