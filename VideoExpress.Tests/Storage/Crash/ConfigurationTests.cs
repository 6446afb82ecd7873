using Hangfire;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>Hangfire's configuration is one for the whole process, so each test has a process of its own.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ConfigurationProcess.ByPath)]
    [InlineData(ConfigurationProcess.ByPathWithOptions)]
    [InlineData(ConfigurationProcess.ByStorage)]
    [InlineData(ConfigurationProcess.WithStockContinuations)]
    [InlineData(ConfigurationProcess.WithoutStorage)]
    public async Task UseSQLiteStorage_Configures(string role)
    {
        using var process = new KillableProcess(role, _folder.File("hangfire.db"));

        Assert.Equal("", await process.Reported("as promised"));
    }
}

/// <summary>The other side: <c>VideoExpress.Tests ROLE FILE</c>.</summary>
internal static class ConfigurationProcess
{
    public const string ByPath = "use-path",
        ByPathWithOptions = "use-path-with-options",
        ByStorage = "use-storage",
        WithStockContinuations = "use-stock-continuations",
        WithoutStorage = "use-nothing";

    public static int Run(string role, string path)
    {
        // As Hangfire has it before anybody configures it.
        GlobalJobFilters.Filters.Remove<TransactionalContinuationsAttribute>();
        GlobalJobFilters.Filters.Add(new ContinuationsSupportAttribute(), order: 1000);
        var configuration = GlobalConfiguration.Configuration;
        switch (role)
        {
            case ByPath:
                AssertUsed(configuration.UseSQLiteStorage(path), path, TimeSpan.FromDays(1), Filters(transactional: 1, stock: 0));
                break;
            case ByPathWithOptions:
                var options = new SQLiteStorageOptions { JobExpirationTimeout = TimeSpan.FromHours(3) };
                AssertUsed(configuration.UseSQLiteStorage(path, options), path, TimeSpan.FromHours(3), Filters(transactional: 1, stock: 0));
                break;
            case ByStorage:
                var storage = new SQLiteStorage(path);
                var used = configuration.UseSQLiteStorage(storage);
                Assert.Same(storage, used.Entry);
                AssertUsed(used, path, TimeSpan.FromDays(1), Filters(transactional: 1, stock: 0));
                // A second time it finds its own filter there, and adds none.
                AssertUsed(configuration.UseSQLiteStorage(storage), path, TimeSpan.FromDays(1), Filters(transactional: 1, stock: 0));
                break;
            case WithStockContinuations:
                options = new SQLiteStorageOptions { TransactionalContinuations = false };
                AssertUsed(configuration.UseSQLiteStorage(path, options), path, TimeSpan.FromDays(1), Filters(transactional: 0, stock: 1));
                break;
            case WithoutStorage:
                Assert.Throws<ArgumentNullException>(() => configuration.UseSQLiteStorage((SQLiteStorage)null!));
                Assert.Throws<ArgumentNullException>(() => ((IGlobalConfiguration)null!).UseSQLiteStorage(path));
                Assert.False(File.Exists(path), "A storage that nobody uses was opened.");
                break;
            default:
                throw new ArgumentException("Unknown role.", nameof(role));
        }

        Console.Out.WriteLine("as promised");
        return 0;
    }

    private static void AssertUsed(
        IGlobalConfiguration<SQLiteStorage> used, string path, TimeSpan expiration, (int Transactional, int Stock) filters)
    {
        Assert.Same(JobStorage.Current, used.Entry);
        Assert.Equal(path, used.Entry.Path);
        Assert.Equal(expiration, used.Entry.JobExpirationTimeout);
        Assert.Equal(filters, (Count<TransactionalContinuationsAttribute>(), Count<ContinuationsSupportAttribute>()));
        BackgroundJob.Enqueue(() => Conformance.Work.Run("x"));
        Assert.InRange(used.Entry.GetMonitoringApi().EnqueuedCount("default"), 1, 2);
    }

    private static (int Transactional, int Stock) Filters(int transactional, int stock) => (transactional, stock);

    private static int Count<T>() => GlobalJobFilters.Filters.Count(filter => filter.Instance is T);
}
