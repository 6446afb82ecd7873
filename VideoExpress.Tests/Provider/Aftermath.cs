using Microsoft.Data.Sqlite;
using VideoExpress.Jobs.Data;

namespace VideoExpress.Tests.Provider;

/// <summary>What is there after the drain, read from outside: the server may run or not.</summary>
/// <param name="Data">The server's data folder.</param>
/// <param name="Till">What the provider charges.</param>
/// <param name="Submitted">Every job that was answered with 201.</param>
internal sealed record Aftermath(string Data, Till Till, IReadOnlyList<SubmittedJob> Submitted)
{
    private readonly Lazy<Rows> _rows = new(() => Rows.Read(Path.Combine(Data, "videoexpress.db")));

    public IReadOnlyList<JobRow> Jobs => _rows.Value.Jobs;

    public ILookup<string, AttemptRow> Attempts => _rows.Value.Attempts;

    public ILookup<string, EventRow> Events => _rows.Value.Events;

    public ILookup<string, OutputRow> Outputs => _rows.Value.Outputs;

    /// <summary>Requests that our own gateway accepted, by their jobs.</summary>
    public ILookup<string, HomeRow> AtHome => _rows.Value.AtHome;

    public string Store => Path.Combine(Data, "store");

    public string Work => Path.Combine(Data, "work");

    /// <summary>The keys of the store's objects below a prefix.</summary>
    public IEnumerable<string> Keys(string prefix)
    {
        var folder = Path.Combine(Store, prefix);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Store, path))
                .Where(key => !key.Split('/').Any(part => part.StartsWith('.')))
            : [];
    }

    private sealed record Rows(
        List<JobRow> Jobs, ILookup<string, AttemptRow> Attempts, ILookup<string, EventRow> Events, ILookup<string, OutputRow> Outputs,
        ILookup<string, HomeRow> AtHome)
    {
        public static Rows Read(string path)
        {
            using var file = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            file.Open();
            using var moment = file.BeginTransaction(deferred: true); // one state of the file for all of them
            var db = new Db(file, moment);
            return new Rows(
                db.List<JobRow>("select job_id, type, status, phase, progress, rev, error from jobs order by created_at, job_id"),
                db.List<AttemptRow>(
                    """
                    select attempt_id, job_id, number, reason, state, request_id, seconds from attempts order by job_id, step, number
                    """).ToLookup(row => row.JobId),
                db.List<EventRow>(
                    """
                    select job_id, rev, type, json_extract(data, '$.status') as status, json_extract(data, '$.progress') as progress
                    from events where job_id is not null order by seq
                    """).ToLookup(row => row.JobId),
                db.List<OutputRow>("select job_id, role, name, key, bytes, sha256 from outputs order by job_id, role, position").ToLookup(row => row.JobId),
                db.List<HomeRow>("select status, json_extract(input, '$.job_id') as job_id from gpu_requests order by created_at").ToLookup(row => row.JobId));
        }
    }
}

/// <summary>A job that was answered with 201.</summary>
internal sealed record SubmittedJob(Guid Id)
{
    /// <summary>When a cancel of it was answered with 200, UTC.</summary>
    public DateTimeOffset? CanceledAt { get; init; }
}

internal sealed class JobRow
{
    public string JobId { get; set; } = "";
    public string Type { get; set; } = "";
    public string Status { get; set; } = "";
    public string? Phase { get; set; }
    public long Progress { get; set; }
    public long Rev { get; set; }
    public string? Error { get; set; }
}

internal sealed class HomeRow
{
    public string JobId { get; set; } = "";
    public string Status { get; set; } = "";

    /// <summary>Its workers died again and again: there never was a result.</summary>
    public bool IsLost => Status == "FAILED";
}

internal sealed class AttemptRow
{
    public string AttemptId { get; set; } = "";
    public string JobId { get; set; } = "";
    public long Number { get; set; }
    public string? Reason { get; set; }
    public string State { get; set; } = "";
    public string? RequestId { get; set; }
    public double? Seconds { get; set; }
}

internal sealed class EventRow
{
    public string JobId { get; set; } = "";
    public long Rev { get; set; }
    public string Type { get; set; } = "";
    public string Status { get; set; } = "";
    public long Progress { get; set; }
}

internal sealed class OutputRow
{
    public string JobId { get; set; } = "";
    public string Role { get; set; } = "";
    public string Name { get; set; } = "";
    public string Key { get; set; } = "";
    public long Bytes { get; set; }
    public string Sha256 { get; set; } = "";
}
