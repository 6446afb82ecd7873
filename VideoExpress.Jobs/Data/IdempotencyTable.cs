using VideoExpress.Jobs.Idempotency;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs.Data;

/// <summary>The table <c>idempotency_keys</c>: which job a call with a key of its sender's has made.</summary>
internal static class IdempotencyTable
{
    /// <summary>The job that the same call has made before; null when its key is new.</summary>
    /// <exception cref="InvalidFieldsException">The key was sent with another request.</exception>
    public static Job? FindMade(this Db db, RepeatableCall call)
    {
        if (db.Find<Row>("select job_id, request_hash from idempotency_keys where key = @Key", new { call.Key }) is not { } row)
        {
            return null;
        }

        if (row.RequestHash == call.RequestHash)
        {
            return db.FindJob(Guid.Parse(row.JobId));
        }

        var errors = new FieldErrors();
        errors.Add(RepeatableCall.Field, $"was sent before with another request, which made job {row.JobId}. Give each new request a key of its own.");
        throw new InvalidFieldsException(errors);
    }

    /// <summary>Keeps the call as long as its job.</summary>
    public static void Insert(this Db db, RepeatableCall call, Guid jobId) =>
        db.Execute(
            "insert into idempotency_keys (key, job_id, request_hash) values (@Key, @id, @RequestHash)",
            new { call.Key, id = jobId.Text(), call.RequestHash });

    private sealed class Row
    {
        public string JobId { get; set; } = "";
        public string RequestHash { get; set; } = "";
    }
}
