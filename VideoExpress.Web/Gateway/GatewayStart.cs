using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>Before the server listens: makes its tables.</summary>
internal sealed class GatewayStart(SQLiteStorage storage) : IHostedService
{
    /// <summary>The name of its schema in the file.</summary>
    public const string Schema = "gateway";

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Migrations.Apply(storage, typeof(GatewayStart).Assembly, Schema);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
