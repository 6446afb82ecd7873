using System.Text.Json;
using Dapper;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// Whom to call because a request is over. It follows from the row: whoever ends a request, in whatever way, has with the same commit
/// promised the call, and a try that a crash cuts off is made again.
/// </summary>
internal sealed class Webhooks(SQLiteStorage storage, TimeProvider time)
{
    /// <summary>How often a call is tried at most; RunPod's number, as is the pause between.</summary>
    public const int Tries = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Calls that are due, those that have waited longest first.</summary>
    public IReadOnlyList<WebhookCall> Due(int limit) => storage.Read(connection => connection.Query<WebhookCall>(
        """
        select id as RequestId, webhook as Url, finished_at as FinishedAt, webhook_tries_left as TriesLeft from gpu_requests
        where webhook_tries_left > 0 and finished_at is not null and webhook_at <= @now order by webhook_at limit @limit
        """,
        new { now = time.NowMicros(), limit }).ToList());

    /// <summary>What to say; null when the request has gone or waits again.</summary>
    public byte[]? BodyOf(WebhookCall call) => storage.Read(connection =>
    {
        var request = connection.QuerySingleOrDefault<GatewayRequest>(
            $"select {GatewayRequest.Columns} from gpu_requests where id = @RequestId and finished_at = @FinishedAt", call);
        if (request is null)
        {
            return null;
        }

        var input = connection.QuerySingle<string>("select input from gpu_requests where id = @RequestId", call);
        var body = StatusAnswer.Of(request) with { Input = new JsonText(input), Webhook = call.Url };
        return JsonSerializer.SerializeToUtf8Bytes(body, GatewayJson.Default.StatusAnswer);
    });

    /// <summary>A try is over. A request that has been retried since has its own tries.</summary>
    public void Settle(WebhookCall call, bool isHeard)
    {
        using var work = storage.BeginUnitOfWork();
        work.Connection.Execute(
            """
            update gpu_requests set webhook_tries_left = iif(@isHeard, 0, webhook_tries_left - 1), webhook_at = @next
            where id = @RequestId and finished_at = @FinishedAt
            """,
            new { call.RequestId, call.FinishedAt, isHeard, next = time.NowMicros() + Micros.From(Pause) },
            work.Transaction);
        work.Commit();
    }
}

/// <summary>A call that is due.</summary>
internal sealed record WebhookCall(string RequestId, string Url, long FinishedAt, long TriesLeft);
