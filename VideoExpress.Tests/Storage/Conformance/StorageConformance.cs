using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace VideoExpress.Tests.Storage.Conformance;

/// <summary>What every part of the suite needs: a fresh storage, a connection to it, and short ways to write.</summary>
public abstract class StorageConformance<T> : IDisposable
    where T : ITestedStorage, new()
{
    private readonly T _tested = new();

    protected StorageConformance()
    {
        Connection = Open();
    }

    protected JobStorage Storage => _tested.Storage;

    protected JobStorageConnection Connection { get; }

    protected JobStorageMonitor Monitor => (JobStorageMonitor)Storage.GetMonitoringApi();

    /// <summary>An id that is well formed and belongs to no job.</summary>
    protected const string UnknownId = "987654321";

    public void Dispose()
    {
        Connection.Dispose();
        _tested.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static Job AJob(string argument = "x") => Job.FromExpression(() => Work.Run(argument));

    /// <summary>For a job without parameters.</summary>
    protected static Dictionary<string, string?> None => [];

    protected JobStorageConnection Open() => (JobStorageConnection)Storage.GetConnection();

    protected JobStorageTransaction Begin() => (JobStorageTransaction)Connection.CreateWriteTransaction();

    protected void Commit(Action<JobStorageTransaction> write)
    {
        using var transaction = Begin();
        write(transaction);
        transaction.Commit();
    }

    /// <summary>Creates a job without a state.</summary>
    protected string CreateJob(params (string Name, string? Value)[] parameters) => Connection.CreateExpiredJob(
        AJob(), parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value), Now(), TimeSpan.FromHours(1));

    protected string CreateProcessingJob() => CreateJobIn(PlainState.Processing());

    protected string CreateJobIn(IState state)
    {
        var id = CreateJob();
        Commit(transaction => transaction.SetJobState(id, state));
        return id;
    }

    protected static DateTime Now() => TimeProvider.System.GetUtcNow().UtcDateTime;
}

/// <summary>Texts that are no job's id.</summary>
public static class OddIds
{
    public static TheoryData<string> All => ["", "abc", "-1", "1.5", "٣", "99999999999999999999", " 1", "0x1", "987654321"];
}

/// <summary>A state with just a name and data; some of Hangfire's own can be made by its workers only.</summary>
public sealed class PlainState(string name, params (string Key, string Value)[] data) : IState
{
    public string Name => name;

    public string? Reason { get; init; }

    public bool IsFinal => false;

    public bool IgnoreJobLoadException => false;

    public static PlainState Processing() => new(ProcessingState.StateName, ("ServerId", "server"), ("WorkerId", "worker"));

    public Dictionary<string, string> SerializeData() => data.ToDictionary(entry => entry.Key, entry => entry.Value);
}

/// <summary>What the jobs of the suite call.</summary>
public static class Work
{
    public static string Run(string argument) => argument;
}
