using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>Before the server listens: makes the table and brings back what the last process left behind.</summary>
internal sealed class GatewayStart(SQLiteStorage storage, LostRequests lost) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Migrations.Apply(storage, typeof(GatewayStart).Assembly, "gateway");
        lost.WatchOwners();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
