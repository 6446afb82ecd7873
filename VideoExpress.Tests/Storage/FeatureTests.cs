using System.Reflection;
using Hangfire;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage;

/// <summary>Nothing is advertised that is not there.</summary>
public sealed class FeatureTests : SQLiteTest
{
    /// <summary>Every feature Hangfire 1.8 asks for, with the members that must then be overridden.</summary>
    private static readonly Dictionary<string, MemberInfo[]> MembersOf = new()
    {
        [JobStorageFeatures.JobQueueProperty] = [],
        [JobStorageFeatures.ExtendedApi] =
        [
            .. Members<JobStorageConnection>(
                "GetSetCount", "GetRangeFromSet", "GetSetTtl", "GetValueFromHash", "GetHashCount", "GetHashTtl",
                "GetListCount", "GetAllItemsFromList", "GetRangeFromList", "GetListTtl", "GetCounter"),
            .. Members<JobStorageTransaction>(
                "ExpireSet", "ExpireList", "ExpireHash", "PersistSet", "PersistList", "PersistHash", "AddRangeToSet", "RemoveSet"),
        ],
        [JobStorageFeatures.ProcessesInsteadOfComponents] = Members<JobStorage>("GetServerRequiredProcesses", "GetStorageWideProcesses"),
        [JobStorageFeatures.Connection.GetUtcDateTime] = Members<JobStorageConnection>("GetUtcDateTime"),
        [JobStorageFeatures.Connection.BatchedGetFirstByLowest] = Members<JobStorageConnection>("GetFirstByLowestScoreFromSet"),
        [JobStorageFeatures.Connection.GetSetContains] = Members<JobStorageConnection>("GetSetContains"),
        [JobStorageFeatures.Connection.LimitedGetSetCount] = Members<JobStorageConnection>("GetSetCount"),
        [JobStorageFeatures.Transaction.AcquireDistributedLock] = Members<JobStorageTransaction>("AcquireDistributedLock"),
        [JobStorageFeatures.Transaction.CreateJob] = Members<JobStorageTransaction>("CreateJob"),
        [JobStorageFeatures.Transaction.SetJobParameter] = Members<JobStorageTransaction>("SetJobParameter"),
        ["TransactionalAcknowledge:SQLiteFetchedJob"] = Members<JobStorageTransaction>("RemoveFromQueue"),
        [JobStorageFeatures.Monitoring.DeletedStateGraphs] = Members<JobStorageMonitor>("DeletedByDatesCount", "HourlyDeletedJobs"),
        [JobStorageFeatures.Monitoring.AwaitingJobs] = Members<JobStorageMonitor>("AwaitingJobs", "AwaitingCount"),
    };

    /// <summary>What Hangfire calls, and what answers here.</summary>
    private static readonly Dictionary<Type, Type> OwnTypes = new()
    {
        [typeof(JobStorage)] = typeof(SQLiteStorage),
        [typeof(JobStorageConnection)] = typeof(SQLiteStorageConnection),
        [typeof(JobStorageTransaction)] = typeof(SQLiteStorageTransaction),
        [typeof(JobStorageMonitor)] = typeof(SQLiteMonitoringApi),
        [typeof(IFetchedJob)] = typeof(SQLiteFetchedJob),
    };

    /// <summary>The members where Hangfire's own answer is the right one, and why.</summary>
    private static readonly Dictionary<string, string> LeftToTheBase = new()
    {
        ["JobStorage.GetComponents"] = "obsolete: asked only where there are no processes",
        ["JobStorage.GetReadOnlyConnection"] = "an ordinary connection, which costs nothing",
        ["JobStorage.GetStateHandlers"] = "none: what follows a state is kept by triggers",
    };

    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    public static TheoryData<string> Features => [.. MembersOf.Keys];

    [Theory]
    [MemberData(nameof(Features))]
    public void AFeature_IsAdvertised_AndItsMembersAreOverridden(string feature)
    {
        Assert.True(Storage.HasFeature(feature));
        Assert.True(Storage.HasFeature(feature.ToUpperInvariant()));
        Assert.All(MembersOf[feature].Cast<MethodInfo>(), member => Assert.Same(ImplementationOf(member).DeclaringType, OwnTypeOf(member)));
    }

    [Fact]
    public void TheList_NamesEveryFeatureThatHangfireKnows()
    {
        var known = typeof(JobStorageFeatures).GetNestedTypes().Append(typeof(JobStorageFeatures))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(field => (string)field.GetValue(null)!);

        var listed = MembersOf.Keys.Where(key => !key.StartsWith("TransactionalAcknowledge", StringComparison.Ordinal));
        Assert.Equal(listed.Order(), known.Order());
    }

    [Fact]
    public void TheAcknowledgeFeature_BearsTheNameThatAWorkerAsksFor()
    {
        CreateJobIn(new EnqueuedState());
        using var fetched = Connection.FetchNextJob(["default"], CancellationToken.None);

        Assert.True(Storage.HasFeature(JobStorageFeatures.Transaction.RemoveFromQueue(fetched.GetType())));
    }

    [Fact]
    public void EveryMember_ThatCanBeOverridden_Is_OrHasAReasonNotTo()
    {
        var left = OwnTypes.Keys
            .SelectMany(contract => contract.GetMethods(All).Where(method => method.DeclaringType == contract))
            .Where(member => (member.IsAbstract || member.IsVirtual) && !member.IsFinal)
            .Where(member => ImplementationOf(member).DeclaringType == member.DeclaringType)
            .Select(member => $"{member.DeclaringType!.Name}.{member.Name}");

        Assert.Equal(LeftToTheBase.Keys.Order(), left.Order());
    }

    [Fact]
    public void AnUnknownFeature_IsNotThere()
    {
        Assert.False(Storage.HasFeature("Storage.Teleportation"));
        Assert.Throws<ArgumentNullException>(() => Storage.HasFeature(null!));
    }

    [Fact]
    public void Reads_AreLinearizable() => Assert.True(Storage.LinearizableReads);

    [Fact]
    public void TheOptions_AreApplied()
    {
        using var folder = new TempFolder();
        var options = new SQLiteStorageOptions { JobExpirationTimeout = TimeSpan.FromHours(7) };
        using var storage = new SQLiteStorage(folder.File("other.db"), options);

        options.JobExpirationTimeout = TimeSpan.Zero;
        Assert.Equal(TimeSpan.FromHours(7), storage.JobExpirationTimeout);
        Assert.Equal("SQLite: other.db", storage.ToString());
        var wrong = new SQLiteStorageOptions { StateHistoryLength = 0 };
        Assert.Throws<ArgumentOutOfRangeException>(() => new SQLiteStorage(folder.File("x.db"), wrong));
    }

    [Fact]
    public void TheTime_IsTheStorages()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero));
        using var storage = new SQLiteStorage(folder.File("other.db"), new SQLiteStorageOptions { TimeProvider = time });
        using var connection = (JobStorageConnection)storage.GetConnection();

        Assert.Equal(time.GetUtcNow().UtcDateTime, connection.GetUtcDateTime());
        Assert.Equal(DateTimeKind.Utc, connection.GetUtcDateTime().Kind);
    }

    [Fact]
    public async Task TheProcesses_AreRunByAServer()
    {
        var expired = Connection.CreateExpiredJob(AJob(), None, Now().AddDays(-2), TimeSpan.FromDays(1));
        var due = CreateJobIn(new ScheduledState(Now().AddMilliseconds(100)));
        using var server = new TestServer(Storage, 1, "elsewhere");

        // Hangfire's own scheduler comes by every 15 seconds.
        await Eventually(() => StateOf(due) == EnqueuedState.StateName, TimeSpan.FromSeconds(10));
        await Eventually(() => Connection.GetJobData(expired) is null);
    }

    private static MemberInfo[] Members<TBase>(params string[] names) =>
        [.. typeof(TBase).GetMethods().Where(method => method.IsVirtual && names.Contains(method.Name))];

    private static Type OwnTypeOf(MethodInfo member) => OwnTypes[member.DeclaringType!];

    /// <summary>The method that a call of <paramref name="member"/> ends in, whatever else has its name.</summary>
    private static MethodInfo ImplementationOf(MethodInfo member)
    {
        if (!member.DeclaringType!.IsInterface)
        {
            return OwnTypeOf(member).GetMethods(All).Single(method => method.GetBaseDefinition() == member.GetBaseDefinition());
        }

        var map = OwnTypeOf(member).GetInterfaceMap(member.DeclaringType);
        return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, member)];
    }
}
