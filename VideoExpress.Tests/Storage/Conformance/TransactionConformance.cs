using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteTransactionTests : TransactionConformance<SQLiteUnderTest>;

public sealed class InMemoryTransactionTests : TransactionConformance<InMemoryUnderTest>;

/// <summary>What a write transaction promises as a whole, and about jobs.</summary>
public abstract class TransactionConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    [Fact]
    public void Nothing_IsVisible_BeforeTheCommit()
    {
        var id = CreateJob();
        using var transaction = Begin();
        WriteEverything(transaction, id);

        AssertNothingWritten(id);
        transaction.Commit();
        Assert.Equal(SucceededState.StateName, Connection.GetJobData(id)!.State);
        Assert.Equal("value", Connection.GetJobParameter(id, "name"));
        Assert.Equal(1, Connection.GetCounter("counter"));
        Assert.Equal(["item"], Connection.GetAllItemsFromSet("set"));
        Assert.Equal(["item"], Connection.GetAllItemsFromList("list"));
        Assert.Equal("value", Connection.GetValueFromHash("hash", "field"));
        Assert.Equal(1, Monitor.EnqueuedCount("default"));
    }

    [Fact]
    public void Nothing_HasHappened_WhenItWasDisposedOfWithoutACommit()
    {
        var id = CreateJob();
        using (var transaction = Begin())
        {
            WriteEverything(transaction, id);
        }

        AssertNothingWritten(id);
    }

    [Fact]
    public void NestedTransactions_OnOneConnection_AreBothApplied()
    {
        var (outer, inner) = (CreateJob(), CreateJob());
        using var transaction = Begin();
        transaction.SetJobState(outer, new SucceededState(null, 1, 1));

        Commit(nested => nested.SetJobState(inner, new EnqueuedState()));
        Assert.Equal(EnqueuedState.StateName, Connection.GetJobData(inner)!.State);
        Assert.Null(Connection.GetJobData(outer)!.State);

        transaction.Commit();
        Assert.Equal(SucceededState.StateName, Connection.GetJobData(outer)!.State);
    }

    [Fact]
    public void Commit_WithoutCommands_Succeeds() => Commit(_ => { });

    [Fact]
    public void Commands_RunInTheOrderOfTheCalls()
    {
        Commit(transaction =>
        {
            transaction.AddToSet("set", "item");
            transaction.RemoveFromSet("set", "item");
            transaction.RemoveFromList("list", "item");
            transaction.InsertToList("list", "item");
            transaction.RemoveHash("hash");
            transaction.SetRangeInHash("hash", [KeyValuePair.Create("field", "value")]);
        });

        Assert.Empty(Connection.GetAllItemsFromSet("set"));
        Assert.Equal(["item"], Connection.GetAllItemsFromList("list"));
        Assert.NotNull(Connection.GetAllEntriesFromHash("hash"));
    }

    [Fact]
    public void SetJobState_SerialisesTheState_WhenItIsCalled()
    {
        var id = CreateJob();
        var state = new MutableState { Value = "early" };
        using var transaction = Begin();
        transaction.SetJobState(id, state);

        state.Value = "late";
        transaction.Commit();

        Assert.Equal("early", Connection.GetStateData(id)!.Data["Value"]);
    }

    [Fact]
    public void AddJobState_SerialisesTheState_WhenItIsCalled()
    {
        var id = CreateJob();
        var state = new MutableState { Value = "early" };
        using var transaction = Begin();
        transaction.AddJobState(id, state);

        state.Value = "late";
        transaction.Commit();

        Assert.Equal("early", Assert.Single(Monitor.JobDetails(id)!.History).Data["Value"]);
    }

    [Fact]
    public void Texts_AreNotCut()
    {
        var text = string.Concat(Enumerable.Repeat("long ", 2000));
        var id = CreateJobIn(new EnqueuedState { Reason = text });
        Commit(transaction =>
        {
            transaction.SetJobParameter(id, text, text);
            transaction.AddToSet(text, text);
            transaction.AddToQueue(text, id);
        });

        Assert.Equal(text, Connection.GetStateData(id)!.Reason);
        Assert.Equal(text, Connection.GetJobParameter(id, text));
        Assert.Equal([text], Connection.GetAllItemsFromSet(text));
        Assert.Equal(1, Monitor.EnqueuedCount(text));
    }

    [Fact]
    public void AReason_MayBeMissing()
    {
        var id = CreateJobIn(new EnqueuedState());

        Assert.Null(Connection.GetStateData(id)!.Reason);
        Assert.Null(Assert.Single(Monitor.JobDetails(id)!.History).Reason);
    }

    [Fact]
    public void AStateChange_MayBePartOfATransaction()
    {
        var id = CreateJobIn(new EnqueuedState());
        using var connection = Open();
        using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();

        new BackgroundJobStateChanger(new JobFilterCollection()).ChangeState(
            new StateChangeContext(Storage, connection, transaction, id, new DeletedState(), ["Enqueued"], CancellationToken.None));

        Assert.Equal(EnqueuedState.StateName, Connection.GetJobData(id)!.State);
        Assert.Throws<DistributedLockTimeoutException>(() => Connection.AcquireDistributedJobLock(id, TimeSpan.Zero));
        transaction.Commit();
        Assert.Equal(DeletedState.StateName, Connection.GetJobData(id)!.State);
        Connection.AcquireDistributedJobLock(id, TimeSpan.Zero).Dispose();
    }

    [Fact]
    public void SetJobState_ThrowsAtOnce_WhenTheStateCannotBeSerialised()
    {
        var id = CreateJob();
        using var transaction = Begin();

        Assert.Throws<InvalidOperationException>(() => transaction.SetJobState(id, new MutableState { Value = null }));
    }

    [Fact]
    public void SetJobState_MovesTheJobFromOneCountToAnother()
    {
        var id = CreateJobIn(new EnqueuedState());
        Commit(transaction => transaction.SetJobState(id, PlainState.Processing()));
        Assert.Equal(1, Monitor.ProcessingCount());
        Assert.Equal(0, Monitor.GetStatistics().Enqueued);

        Commit(transaction => transaction.SetJobState(id, new FailedState(new InvalidOperationException())));
        Assert.Equal(0, Monitor.ProcessingCount());
        Assert.Equal(1, Monitor.FailedCount());
    }

    [Fact]
    public void History_IsInTheOrderOfWriting_NewestFirst_HoweverQuick()
    {
        var id = CreateJob();
        Commit(transaction =>
        {
            transaction.AddJobState(id, new MutableState { Value = "1" });
            transaction.AddJobState(id, new MutableState { Value = "2" });
            transaction.SetJobState(id, new MutableState { Value = "3" });
            transaction.AddJobState(id, new MutableState { Value = "4" });
            transaction.AddJobState(id, new MutableState { Value = "5" });
        });

        Assert.Equal(["5", "4", "3", "2", "1"], Monitor.JobDetails(id)!.History.Select(state => state.Data["Value"]));
        Assert.Equal("3", Connection.GetStateData(id)!.Data["Value"]);
    }

    [Fact]
    public void ExpireJob_And_PersistJob_SetAndRemoveTheTime()
    {
        var id = CreateJob();
        Commit(transaction => transaction.PersistJob(id));
        Assert.Null(Monitor.JobDetails(id)!.ExpireAt);

        Commit(transaction => transaction.ExpireJob(id, TimeSpan.FromHours(2)));
        Assert.InRange(Monitor.JobDetails(id)!.ExpireAt!.Value, Now().AddMinutes(119), Now().AddMinutes(121));
    }

    [Fact]
    public void CreateJob_GivesTheIdBeforeTheCommit_AndTheJobAfterIt()
    {
        using var transaction = Begin();
        var id = transaction.CreateJob(AJob(), new Dictionary<string, string?> { ["name"] = "value" }, Now(), TimeSpan.FromHours(1));
        transaction.SetJobState(id, new EnqueuedState());
        transaction.SetJobParameter(id, "other", "more");
        Assert.Null(Connection.GetJobData(id));

        transaction.Commit();
        var data = Connection.GetJobData(id)!;
        Assert.Equal(EnqueuedState.StateName, data.State);
        Assert.Equal("value", data.ParametersSnapshot["name"]);
        Assert.Equal("more", data.ParametersSnapshot["other"]);
    }

    [Fact]
    public void Members_RefuseNull()
    {
        using var transaction = Begin();
        Assert.Throws<ArgumentNullException>(() => transaction.SetJobState(null!, new EnqueuedState()));
        Assert.Throws<ArgumentNullException>(() => transaction.SetJobState(UnknownId, null!));
        Assert.Throws<ArgumentNullException>(() => transaction.AddJobState(UnknownId, null!));
        Assert.Throws<ArgumentNullException>(() => transaction.ExpireJob(null!, TimeSpan.Zero));
        Assert.Throws<ArgumentNullException>(() => transaction.PersistJob(null!));
        Assert.Throws<ArgumentNullException>(() => transaction.AddToQueue(null!, UnknownId));
        Assert.Throws<ArgumentNullException>(() => transaction.AddToQueue("default", null!));
        Assert.Throws<ArgumentNullException>(() => transaction.IncrementCounter(null!));
        Assert.Throws<ArgumentNullException>(() => transaction.SetJobParameter(null!, "name", null));
        Assert.Throws<ArgumentNullException>(() => transaction.CreateJob(null!, None, Now(), TimeSpan.Zero));
    }

    private static void WriteEverything(JobStorageTransaction transaction, string id)
    {
        transaction.SetJobState(id, new SucceededState(null, 1, 1));
        transaction.SetJobParameter(id, "name", "value");
        transaction.IncrementCounter("counter");
        transaction.AddToSet("set", "item");
        transaction.InsertToList("list", "item");
        transaction.SetRangeInHash("hash", [KeyValuePair.Create("field", "value")]);
        transaction.AddToQueue("default", id);
    }

    private void AssertNothingWritten(string id)
    {
        Assert.Null(Connection.GetJobData(id)!.State);
        Assert.Null(Connection.GetJobParameter(id, "name"));
        Assert.Equal(0, Connection.GetCounter("counter"));
        Assert.Empty(Connection.GetAllItemsFromSet("set"));
        Assert.Empty(Connection.GetAllItemsFromList("list"));
        Assert.Null(Connection.GetAllEntriesFromHash("hash"));
        Assert.Equal(0, Monitor.EnqueuedCount("default"));
    }

    private sealed class MutableState : IState
    {
        public string? Value { get; set; }

        public string Name => "Mutable";

        public string? Reason => null;

        public bool IsFinal => false;

        public bool IgnoreJobLoadException => false;

        public Dictionary<string, string> SerializeData() => new() { ["Value"] = Value ?? throw new InvalidOperationException() };
    }
}
