using System.Text.Json;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Data;

/// <summary>The files of jobs.</summary>
internal static class OutputTable
{
    /// <summary>Raw material of a stitch, not shown in <c>output_urls</c>.</summary>
    public const string Take = "take";

    /// <summary>Published for the job's owner.</summary>
    public const string Output = "output";

    /// <summary>The main one first; without those that are known to be missing or damaged in the store.</summary>
    public static List<JobOutput> OutputsOf(this Db db, Guid jobId, string role) =>
        db.List<Row>(
            "select name, key, content_type, bytes, sha256, facts from outputs where job_id = @id and role = @role and fault is null order by position",
            new { id = jobId.Text(), role }).ConvertAll(row => row.ToOutput());

    /// <summary>The published files of several jobs, each one's main file first.</summary>
    public static ILookup<Guid, JobOutput> OutputsOf(this Db db, IEnumerable<Guid> jobIds) =>
        db.List<Row>(
            """
            select job_id, name, key, content_type, bytes, sha256, facts from outputs
            where job_id in @ids and role = @role and fault is null order by job_id, position
            """,
            new { ids = jobIds.Select(id => id.Text()), role = Output }).ToLookup(row => Guid.Parse(row.JobId), row => row.ToOutput());

    /// <summary>Replaces the files of this role, and the column <c>output_urls</c> when they are the published ones.</summary>
    public static void SetOutputs(this Db db, Guid jobId, string role, IReadOnlyList<JobOutput> outputs, long now)
    {
        var id = jobId.Text();
        db.Execute("delete from outputs where job_id = @id and role = @role", new { id, role });
        for (var position = 0; position < outputs.Count; position++)
        {
            var output = outputs[position];
            db.Execute(
                """
                insert into outputs (job_id, role, position, name, key, content_type, bytes, sha256, facts, created_at)
                values (@id, @role, @position, @Name, @key, @ContentType, @Bytes, @Sha256, @facts, @now)
                """,
                new
                {
                    id, role, position, now, output.Name, key = output.Key.Value, output.ContentType, output.Bytes, output.Sha256,
                    facts = output.Facts?.ToJson(),
                });
        }

        if (role == Output)
        {
            var keys = JsonSerializer.Serialize(outputs.Select(output => output.Key.Value).ToArray(), JobsJson.Default.StringArray);
            db.Execute("update jobs set output_urls = @keys where job_id = @id", new { id, keys });
        }
    }

    /// <summary>Forgets all files of a job.</summary>
    public static void DeleteOutputs(this Db db, Guid jobId) => db.Execute("delete from outputs where job_id = @id", new { id = jobId.Text() });

    /// <summary>Says what is wrong with a file in the store, or null that it is whole again; false when nothing changed.</summary>
    public static bool MarkOutput(this Db db, Guid jobId, StoreKey key, FileFault? fault) => db.Execute(
        $"update outputs set fault = @fault where job_id = @id and key = @key and {FileFaults.MayBecome}",
        new { id = jobId.Text(), key = key.Value, fault = fault?.Word() }) > 0;

    /// <summary>The names of a job's files of all roles, and what each one is marked with.</summary>
    public static List<(string Name, string? Fault)> FaultsOf(this Db db, Guid jobId) => db.List<(string, string?)>(
        "select name, fault from outputs where job_id = @id order by role, position", new { id = jobId.Text() });

    private sealed class Row
    {
        public string JobId { get; set; } = "";
        public string Name { get; set; } = "";
        public string Key { get; set; } = "";
        public string ContentType { get; set; } = "";
        public long Bytes { get; set; }
        public string Sha256 { get; set; } = "";
        public string? Facts { get; set; }

        public JobOutput ToOutput() => new(Name, StoreKey.Parse(Key), ContentType, Bytes, Sha256, OutputFacts.Read(Facts));
    }
}
