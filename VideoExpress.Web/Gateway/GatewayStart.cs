using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>Before the server listens: makes the table and brings back what the last process left behind.</summary>
internal sealed class GatewayStart(SQLiteStorage storage, LostRequests lost) : IHostedService
{
    /// <summary>The name of its schema in the file.</summary>
    public const string Schema = "gateway";

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Migrations.Apply(storage, typeof(GatewayStart).Assembly, Schema);
        lost.WatchOwners();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
