using System.Reflection;
using Hangfire;
using Hangfire.Storage;
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
        CreateJobIn(new Hangfire.States.EnqueuedState());
        using var fetched = Connection.FetchNextJob(["default"], CancellationToken.None);

        Assert.True(Storage.HasFeature(JobStorageFeatures.Transaction.RemoveFromQueue(fetched.GetType())));
    }

    [Fact]
    public void EveryVirtualMember_OfConnectionTransactionAndMonitor_IsOverridden()
    {
        var left = new[] { typeof(JobStorageConnection), typeof(JobStorageTransaction), typeof(JobStorageMonitor) }
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.IsVirtual && ImplementationOf(method).DeclaringType == method.DeclaringType && method.Name != "Dispose")
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}");

        Assert.Empty(left);
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

    private static MemberInfo[] Members<TBase>(params string[] names) =>
        [.. typeof(TBase).GetMethods().Where(method => method.IsVirtual && names.Contains(method.Name))];

    private static Type OwnTypeOf(MethodInfo member) => member.DeclaringType!.Name switch
    {
        nameof(JobStorage) => typeof(SQLiteStorage),
        nameof(JobStorageConnection) => typeof(SQLiteStorageConnection),
        nameof(JobStorageTransaction) => typeof(SQLiteStorageTransaction),
        _ => typeof(SQLiteMonitoringApi),
    };

    private static MethodInfo ImplementationOf(MethodInfo member) =>
        OwnTypeOf(member).GetMethod(member.Name, [.. member.GetParameters().Select(parameter => parameter.ParameterType)])!;
}
