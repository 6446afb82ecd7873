namespace VideoExpress.Jobs.Data;

/// <summary>What providers have told of attempts by themselves.</summary>
internal static class WebhookTable
{
    /// <summary>The last that was told of an attempt; null when nothing was.</summary>
    public static Webhook? LastWebhook(this Db db, Guid attemptId) =>
        db.Find<Webhook>(
            "select request_id, body from webhooks where attempt_id = @id order by received_at desc limit 1", new { id = attemptId.Text() });
}

/// <summary>One call of a provider.</summary>
internal sealed class Webhook
{
    /// <summary>The provider's id of the request.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>JSON as <c>/status</c> answers.</summary>
    public string Body { get; set; } = "";
}
