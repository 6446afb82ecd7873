using Hangfire;
using Hangfire.InMemory;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage.Conformance;

/// <summary>A storage that the suite runs over.</summary>
public interface ITestedStorage : IDisposable
{
    JobStorage Storage { get; }
}

public sealed class SQLiteUnderTest : ITestedStorage
{
    private readonly TempFolder _folder = new();
    private readonly SQLiteStorage _storage;

    public SQLiteUnderTest()
    {
        _storage = new SQLiteStorage(_folder.File("hangfire.db"));
    }

    public JobStorage Storage => _storage;

    public void Dispose()
    {
        _storage.Dispose();
        _folder.Dispose();
    }
}

/// <summary>
/// The reference, which proves the suite itself right. What it is known to do otherwise is not in the common facts:
/// <list type="bullet">
/// <item>it forgets a row when it is fetched: disposal does not give it back, and <c>FetchedJobs</c> is empty;</item>
/// <item>a fetched job that is requeued goes to the end of its queue;</item>
/// <item>its time of creation is its own clock's, not the caller's;</item>
/// <item>its hourly graph is keyed by the current culture;</item>
/// <item>its transactional acknowledge is advertised for a type name that no fetched job has;</item>
/// <item>keys never expire later than three hours from now;</item>
/// <item>lists of jobs in a state are ordered by the time of the state, not by id;</item>
/// <item>data of a state is found in the written case only;</item>
/// <item>a fetch that is canceled before it begins takes a job all the same, if one is there;</item>
/// <item>a job's data and details are no snapshots: state, history and parameters may be of different commits.</item>
/// </list>
/// </summary>
public sealed class InMemoryUnderTest : ITestedStorage
{
    private readonly InMemoryStorage _storage = new();

    public JobStorage Storage => _storage;

    public void Dispose() => _storage.Dispose();
}
