using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Jobs.Data;

/// <summary>The table <c>webhooks</c>: what providers have told of attempts by themselves, each state of an attempt once.</summary>
internal static class WebhookTable
{
    /// <summary>Keeps what was told; false when it was told before.</summary>
    public static bool Insert(this Db db, Guid attemptId, Webhook webhook, long now) =>
        db.Execute(
            """
            insert or ignore into webhooks (attempt_id, status, request_id, body, received_at)
            values (@id, @Status, @RequestId, @Body, @now)
            """,
            new { id = attemptId.Text(), webhook.Status, webhook.RequestId, webhook.Body, now }) > 0;

    /// <summary>How much was told of a job's attempts; it only grows while the job is not removed.</summary>
    public static int WebhooksOf(this Db db, Guid jobId) =>
        db.Scalar<int>(
            "select count(*) from webhooks where attempt_id in (select attempt_id from attempts where job_id = @id)", new { id = jobId.Text() });

    /// <summary>How an attempt ended by what was told: with a result, if it ever was told so, else as was told last; null when nothing was.</summary>
    public static Webhook? FinalWebhook(this Db db, Guid attemptId) =>
        db.Find<Webhook>(
            $"""
            select status, request_id, body from webhooks
            where attempt_id = @id and status not in ('{RunPodStates.InQueue}', '{RunPodStates.InProgress}')
            order by status = '{RunPodStates.Completed}' desc, received_at desc limit 1
            """,
            new { id = attemptId.Text() });

    /// <summary>Who may hear of an attempt; null when there is none of that id, or its job was removed.</summary>
    public static WebhookHearer? FindHearer(this Db db, Guid attemptId, string status) =>
        db.Find<WebhookHearer>(
            """
            select a.job_id, a.state = 'submitting' as is_submitting, s.hangfire_id,
                   exists (select 1 from webhooks w where w.attempt_id = a.attempt_id and w.status = @status) as has_heard
            from attempts a
            join jobs j on j.job_id = a.job_id and j.retention is not 'removing' and j.retention is not 'removed'
            left join steps s on s.job_id = a.job_id
                 and (j.phase = 'canceling' and s.ordinal = @cancel or s.ordinal = j.step and s.ordinal <= a.step + 1 and j.status = 'RUNNING')
            where a.attempt_id = @id
            """,
            new { id = attemptId.Text(), status, cancel = StepTable.CancelOrdinal });

    /// <summary>Forgets all that was told of a job: it may hold a file.</summary>
    public static void ForgetWebhooks(this Db db, Guid jobId) =>
        db.Execute("delete from webhooks where attempt_id in (select attempt_id from attempts where job_id = @id)", new { id = jobId.Text() });
}

/// <summary>One call of a provider.</summary>
internal sealed class Webhook
{
    /// <summary>RunPod's word for the state.</summary>
    public string Status { get; set; } = "";

    /// <summary>The provider's id of the request.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>JSON as <c>/status</c> answers.</summary>
    public string Body { get; set; } = "";
}

/// <summary>Who may hear of an attempt.</summary>
internal sealed class WebhookHearer
{
    /// <summary>The job.</summary>
    public string JobId { get; set; } = "";

    /// <summary>True while its request's id is not known.</summary>
    public bool IsSubmitting { get; set; }

    /// <summary>The background job of the step that submits, polls or cancels it; null when none does.</summary>
    public string? HangfireId { get; set; }

    /// <summary>True when this was told before.</summary>
    public bool HasHeard { get; set; }
}
