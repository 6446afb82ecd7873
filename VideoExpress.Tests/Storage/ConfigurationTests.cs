using Hangfire;
using Hangfire.States;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Cancellation;

namespace VideoExpress.Tests.Storage;

/// <summary>One line of configuration; Hangfire's statics are the process's, so nothing else runs meanwhile.</summary>
[Collection(nameof(CultureTests))]
public sealed class ConfigurationTests : SQLiteTest
{
    [Fact]
    public async Task UseSQLiteStorage_IsAllThatAnApplicationNeeds_ToHaveADeletedJobTold()
    {
        GlobalJobFilters.Filters.Remove<PromptCancellationAttribute>();
        GlobalJobFilters.Filters.Remove<TransactionalContinuationsAttribute>();

        GlobalConfiguration.Configuration.UseSQLiteStorage(Storage);
        GlobalConfiguration.Configuration.UseSQLiteStorage(Storage);

        Assert.Single(GlobalJobFilters.Filters, filter => filter.Instance is PromptCancellationAttribute);
        Assert.Single(GlobalJobFilters.Filters, filter => filter.Instance is TransactionalContinuationsAttribute);
        using var server = new TestServer(Storage, 1);
        using var run = new JobRun();
        var id = BackgroundJob.Enqueue(() => CancellationTests.Jobs.Wait(run.Key, CancellationToken.None));
        await run.Started;

        BackgroundJob.Delete(id);

        Assert.True(await run.Told);
        Assert.Equal(DeletedState.StateName, StateOf(id));
    }
}
