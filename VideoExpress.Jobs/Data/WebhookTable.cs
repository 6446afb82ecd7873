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

    /// <summary>What a call about an attempt meets; null when there is no such attempt, or its job was removed.</summary>
    public static WebhookTarget? FindWebhookTarget(this Db db, Guid attemptId, string status) =>
        db.Find<WebhookTarget>(
            """
            select a.state = 'submitting' as is_submitting,
                   exists (select 1 from webhooks w where w.attempt_id = a.attempt_id and w.status = @status) as is_known
            from attempts a join jobs j on j.job_id = a.job_id
            where a.attempt_id = @id and j.retention is not 'removing' and j.retention is not 'removed'
            """,
            new { id = attemptId.Text(), status });

    /// <summary>The background jobs of the steps that may wait for news of an attempt: the one that sends or polls it, and the one that cancels it.</summary>
    public static List<string> WaitingForNews(this Db db, Guid attemptId) =>
        db.List<string>(
            """
            select s.hangfire_id from attempts a join jobs j on j.job_id = a.job_id join steps s on s.job_id = a.job_id
            where a.attempt_id = @id and (s.ordinal = @cancel or j.status = 'RUNNING' and s.ordinal = j.step and s.ordinal <= a.step + 1)
            order by s.ordinal
            """,
            new { id = attemptId.Text(), cancel = StepTable.CancelOrdinal });

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

/// <summary>What a provider's call meets.</summary>
internal sealed class WebhookTarget
{
    /// <summary>True while the id of the attempt's request is not known.</summary>
    public bool IsSubmitting { get; set; }

    /// <summary>True when the same was told before.</summary>
    public bool IsKnown { get; set; }
}
