using Hangfire.States;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Gpu.Webhooks;

/// <summary>
/// Takes what providers tell by themselves. It is a hint: it is kept, a lost request id becomes known by it, and whoever polls or cancels the
/// request looks now. What is told twice, late, out of order, or of what is over or gone, does no harm.
/// </summary>
internal sealed partial class WebhookIntake(SQLiteStorage storage, TimeProvider time, ILogger<WebhookIntake> logger)
{
    /// <summary>Takes one call about an attempt, durably when this returns. One that cannot be read is logged.</summary>
    public void Take(Guid attemptId, ReadOnlyMemory<byte> body)
    {
        if (WebhookBody.TryRead(body) is not { } webhook)
        {
            LogUnreadable(attemptId, body.Length);
            return;
        }

        while (!TryTake(attemptId, webhook))
        {
            // The job went on to another step meanwhile: look again.
        }
    }

    private bool TryTake(Guid attemptId, Webhook webhook)
    {
        // Most of a flood ends here, where nobody else has to wait for it.
        var (target, waiting) = storage.Read(connection => Look(connection, attemptId, webhook));
        if (target is not { IsKnown: false })
        {
            return true;
        }

        using var unitOfWork = storage.BeginUnitOfWork([.. waiting]);
        var (targetNow, waitingNow) = Look(unitOfWork, attemptId, webhook);
        if (targetNow is not { IsKnown: false })
        {
            unitOfWork.Commit(); // who told the same just now may share this commit: its record is durable when this returns
            return true;
        }

        if (!waitingNow.SequenceEqual(waiting))
        {
            return false;
        }

        Write(unitOfWork, attemptId, webhook, targetNow.IsSubmitting);
        foreach (var hangfireId in waiting)
        {
            unitOfWork.ChangeState(hangfireId, new EnqueuedState { Reason = $"The provider says {webhook.Status}." }, ScheduledState.StateName);
        }

        unitOfWork.Commit();
        Failpoint.Reach(FailpointNames.WebhookRecorded);
        return true;
    }

    private static (WebhookTarget? Target, List<string> Waiting) Look(Db db, Guid attemptId, Webhook webhook) =>
        (db.FindWebhookTarget(attemptId, webhook.Status), db.WaitingForNews(attemptId));

    private void Write(Db db, Guid attemptId, Webhook webhook, bool isSubmitting)
    {
        var now = time.NowMicros();
        db.Insert(attemptId, webhook, now);
        if (isSubmitting)
        {
            db.MarkSubmitted(attemptId, webhook.RequestId, now);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A webhook of attempt {attempt_id} could not be read ({Bytes} bytes); its request is polled as before")]
    private partial void LogUnreadable(Guid attempt_id, int bytes);
}
