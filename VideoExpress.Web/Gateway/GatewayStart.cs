using Dapper;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>Before the server listens: makes the table and brings back what the last process left behind.</summary>
internal sealed class GatewayStart(SQLiteStorage storage, LostRequests lost) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        using (var work = storage.BeginUnitOfWork())
        {
            work.Connection.Execute(Schema(), transaction: work.Transaction);
            work.Commit();
        }

        lost.WatchOwners();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static string Schema()
    {
        using var sql = new StreamReader(typeof(GatewayStart).Assembly.GetManifestResourceStream(
            "VideoExpress.Web.Gateway.0001_GpuRequests.sql")!);
        return sql.ReadToEnd();
    }
}
