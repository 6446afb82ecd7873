using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteContinuationTests : ContinuationConformance<SQLiteUnderTest>;

public sealed class SQLiteStockContinuationTests : ContinuationConformance<SQLiteUnderTest>
{
    protected override IElectStateFilter Filter { get; } = new ContinuationsSupportAttribute();
}

public sealed class InMemoryContinuationTests : ContinuationConformance<InMemoryUnderTest>;

/// <summary>
/// Continuations by the stock client: with the filter of this library, which on another storage has Hangfire's behind it, and with
/// Hangfire's alone.
/// </summary>
public abstract class ContinuationConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    protected virtual IElectStateFilter Filter { get; } = new TransactionalContinuationsAttribute();

    private BackgroundJobClient Client => new(Storage, new JobFilterCollection { Filter });

    [Fact]
    public void AContinuation_Waits_AndStarts_WhenItsParentSucceeds()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        var child = Continue(parent);
        Assert.Equal("Awaiting", StateOf(child));

        ChangeState(parent, PlainState.Processing());
        Assert.Equal("Awaiting", StateOf(child));

        ChangeState(parent, new SucceededState(null, 1, 1));
        Assert.Equal("Enqueued", StateOf(child));
        Assert.Equal("Succeeded", StateOf(parent));
        Assert.Equal(2, Monitor.EnqueuedCount("default"));
    }

    [Fact]
    public void AContinuation_MayBeAdded_WhileItsParentRuns()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        ChangeState(parent, PlainState.Processing());
        var child = Continue(parent);
        Assert.Equal("Awaiting", StateOf(child));

        ChangeState(parent, new SucceededState(null, 1, 1));
        Assert.Equal("Enqueued", StateOf(child));
    }

    [Fact]
    public void AnAwaitingJob_IsListedByItsState_AndNotInASetOfItsOwn()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        var child = Continue(parent);

        Assert.Equal([child], Monitor.AwaitingJobs(0, 10).Select(job => job.Key));
        Assert.Equal(1, Monitor.AwaitingCount());
        Assert.Empty(Connection.GetAllItemsFromSet("awaiting"));
    }

    [Fact]
    public void AContinuation_StartsAtOnce_WhenItsParentHasSucceeded()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        ChangeState(parent, new SucceededState(null, 1, 1));

        Assert.Equal("Enqueued", StateOf(Continue(parent)));
    }

    [Fact]
    public void AContinuation_IsDeleted_WhenItsParentIs_AndSoAreItsOwn()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        var child = Continue(parent);
        var grandchild = Continue(child);
        var any = Continue(child, JobContinuationOptions.OnAnyFinishedState);

        ChangeState(parent, new DeletedState());

        Assert.Equal("Deleted", StateOf(child));
        Assert.Equal("Deleted", StateOf(grandchild));
        Assert.Equal("Enqueued", StateOf(any));
        Assert.Equal("Deleted", StateOf(Continue(parent)));
    }

    [Fact]
    public void TwoContinuations_BothStart()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        var (one, two) = (Continue(parent), Continue(parent));

        ChangeState(parent, new SucceededState(null, 1, 1));

        Assert.Equal("Enqueued", StateOf(one));
        Assert.Equal("Enqueued", StateOf(two));
    }

    [Fact]
    public void AContinuation_OfAFailedParent_WaitsUntilItSucceeds()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        var child = Continue(parent);

        ChangeState(parent, new FailedState(new InvalidOperationException()));
        Assert.Equal("Awaiting", StateOf(child));
        ChangeState(parent, new EnqueuedState());
        ChangeState(parent, new SucceededState(null, 1, 1));

        Assert.Equal("Enqueued", StateOf(child));
    }

    [Fact]
    public void AContinuation_ForDeletion_StartsThen()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        var child = Continue(parent, JobContinuationOptions.OnlyOnDeletedState);

        ChangeState(parent, new DeletedState());

        Assert.Equal("Enqueued", StateOf(child));
    }

    [Fact]
    public void AContinuation_ThatSomebodyStartedByHand_IsNotStartedAgain()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        var child = Continue(parent);
        ChangeState(child, new EnqueuedState());
        ChangeState(child, new SucceededState(null, 1, 1));

        ChangeState(parent, new SucceededState(null, 1, 1));

        Assert.Equal("Succeeded", StateOf(child));
    }

    [Fact]
    public void AContinuation_StartsInTheStateAskedFor()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        var later = new ScheduledState(TimeSpan.FromHours(1));
        var child = Client.Create(AJob(), new AwaitingState(parent, later, JobContinuationOptions.OnlyOnSucceededState));

        ChangeState(parent, new SucceededState(null, 1, 1));

        Assert.Equal("Scheduled", StateOf(child));
        Assert.Equal([child], Connection.GetAllItemsFromSet("schedule"));
    }

    [Fact]
    public void AContinuation_OfAnUnknownParent_IsRefused() =>
        Assert.Throws<BackgroundJobClientException>(() => Continue(UnknownId));

    [Fact]
    public void TheParent_ListsItsContinuations_AsTheDashboardReadsThem()
    {
        var parent = Client.Create(AJob(), new EnqueuedState());
        var child = Continue(parent);

        Assert.Equal($$"""[{"JobId":"{{child}}","Options":1}]""", Monitor.JobDetails(parent)!.Properties["Continuations"]);
    }

    private string Continue(string parent, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        Client.Create(AJob(), new AwaitingState(parent, new EnqueuedState(), options));

    private void ChangeState(string id, IState state) => Assert.True(Client.ChangeState(id, state, null));

    private string? StateOf(string id) => Connection.GetJobData(id)?.State;
}
