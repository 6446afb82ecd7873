using Dapper;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>A database that an older version has written.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RequestsOfTheFirstVersion_GoOn_AndCanBeRetried()
    {
        using (var storage = new SQLiteStorage(Path.Combine(_folder.Path, "videoexpress.db")))
        using (var work = storage.BeginUnitOfWork())
        {
            work.Connection.Execute(FirstVersion(), transaction: work.Transaction);
            work.Commit();
        }

        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var worker = host.Worker("w1");

        Assert.Equal("old-u1", await worker.TakeIdAsync());
        await worker.ReportAsync("old-u1", """{"error": "no idea"}""");
        await host.CallAsync("POST", "retry/old-u1");
        Assert.Equal("old-u1", await worker.TakeIdAsync());

        Assert.Equal(GpuState.InProgress, (await client.GetStatusAsync("old-u1", default)).State);
        Assert.Equal(3_603_000_000, host.Storage.Read(connection => connection.ExecuteScalar<long>("select time_to_live from gpu_requests")));
    }

    /// <summary>The schema of version 1, and a request that waits and may do so for an hour and 3 seconds.</summary>
    private static string FirstVersion()
    {
        var assembly = typeof(GatewaySettings).Assembly;
        var name = assembly.GetManifestResourceNames().Single(name => name.EndsWith("0001_GpuRequests.sql", StringComparison.Ordinal));
        using var script = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return $"""
            create table schema_versions (name text primary key, version integer not null) strict;
            insert into schema_versions values ('gateway', 1);
            {script.ReadToEnd()}
            insert into gpu_requests (id, status, input, execution_timeout, created_at, expires_at, queued_at)
            select 'old-u1', 'IN_QUEUE', '{"{"}"a": 1{"}"}', 600000000, now, now + 3603000000, now
            from (select 1000000 * unixepoch() as now);
            """;
    }
}
