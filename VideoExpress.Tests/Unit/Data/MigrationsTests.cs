using Dapper;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Unit.Data;

/// <summary>A file of the first version, with jobs in it, is brought to the newest.</summary>
public sealed class MigrationsTests : IDisposable
{
    private const string Clip = "01a20d15-6851-7e9f-a8c8-801408221300", Film = "01a20d15-6851-7e9f-a8c8-801408221301", Foreign = "01a20d15-6851-7e9f-a8c8-801408221302";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnOldFile_KeepsItsJobsAndEvents_AndLearnsWhatTheyUse()
    {
        using var storage = new SQLiteStorage(_folder.File("jobs.db"));
        MakeFirstVersion(storage);

        storage.MigrateJobs();

        Assert.Equal(Migrations.Known(typeof(JobsSetup).Assembly), Read(storage, db => db.Scalar<int>("select version from schema_versions where name = 'jobs'")));
        Assert.Equal([Guid.Parse(Clip)], Read(storage, db => db.List<string>("select used from uses where job_id = @Film", new { Film })).Select(Guid.Parse));
        Assert.Equal(["created", "succeeded"], Read(storage, db => db.List<string>("select type from events order by seq")));
        Assert.Equal((false, null), Read(storage, db => (db.FindJob(Guid.Parse(Clip))!.Pinned, db.FindJob(Guid.Parse(Clip))!.Trash)));
        using var unitOfWork = storage.BeginUnitOfWork();
        unitOfWork.Connection.Execute(
            "insert into events (job_id, rev, at, type, data) values (@Clip, 3, 3, 'x', '{}')", new { Clip }, unitOfWork.Transaction);
        Assert.Equal(43, unitOfWork.Connection.ExecuteScalar<long>("select max(seq) from events", transaction: unitOfWork.Transaction));
    }

    [Fact]
    public void ANewFile_IsMadeOnce_AndLeftAloneByTheNextStart()
    {
        using var storage = new SQLiteStorage(_folder.File("jobs.db"));
        storage.MigrateJobs();
        var before = Read(storage, db => db.List<string>("select sql from sqlite_master where sql is not null order by name"));

        storage.MigrateJobs();

        Assert.Equal(before, Read(storage, db => db.List<string>("select sql from sqlite_master where sql is not null order by name")));
    }

    private static T Read<T>(SQLiteStorage storage, Func<Db, T> query) => storage.Read(connection => query(connection));

    private static void MakeFirstVersion(SQLiteStorage storage)
    {
        using var script = new StreamReader(typeof(JobDesk).Assembly.GetManifestResourceStream("VideoExpress.Jobs.Data.Migrations.0001_Jobs.sql")!);
        using var unitOfWork = storage.BeginUnitOfWork();
        unitOfWork.Connection.Execute(
            $$"""
            {{script.ReadToEnd()}}
            create table schema_versions (name text primary key, version integer not null) strict;
            insert into schema_versions values ('jobs', 1);
            insert into jobs (job_id, type, status, params, created_at, updated_at, quality)
            values ('{{Clip}}', 'RENDER', 'SUCCEEDED', '{"prompt":"x"}', 1, 1, 'draft'),
                   ('{{Film}}', 'EXPORT', 'SUCCEEDED',
                    '{"clips":[{"url":"http://localhost:8000/outputs/jobs/{{Clip}}/1/video.mp4?exp=1"},{"url":"https://example.com/jobs/x.mp4"}]}', 2, 2, 'draft'),
                   ('{{Foreign}}', 'EXPORT', 'SUCCEEDED', '{"clips":[{"url":{"job":"{{Clip}}","output":"video"} }]}', 2, 2, 'draft');
            insert into dependencies values ('{{Foreign}}', '{{Clip}}');
            insert into events values (7, '{{Clip}}', 1, 1, 'created', '{}'), (42, '{{Clip}}', 2, 2, 'succeeded', '{}');
            """,
            transaction: unitOfWork.Transaction);
        unitOfWork.Commit();
    }
}
