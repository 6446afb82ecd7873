using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Storage.SQLite.Schema;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>Files of earlier versions of the schema, opened by this one.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string FilePath => _folder.File("hangfire.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFileOfVersion1_KeepsAllItHas()
    {
        var invocation = InvocationData.SerializeJob(Job.FromExpression(() => Work.Run("x")));
        MakeVersion1(
            $$$"""
            create table films (job text);
            insert into films values ('7');
            insert into hangfire_job (id, invocation, arguments, state, state_id, created_us, expire_us) values
                (7, '{{{invocation.SerializePayload(excludeArguments: true)}}}', '{{{invocation.Arguments}}}', null, null, 1000000, null),
                (8, '{}', '', null, null, 2000000, 1), (500, '{}', '', null, null, 3000000, null);
            insert into hangfire_parameter values (7, 'CurrentCulture', '"tr-TR"');
            insert into hangfire_state (id, job_id, name, reason, data, created_us) values
                (11, 7, 'Enqueued', 'first', '{"Queue":"default"}', 1), (12, 8, 'Enqueued', null, null, 1),
                (15, 7, 'Processing', null, null, 2), (16, 7, 'Failed', 'traversed', null, 2), (19, 8, 'Succeeded', null, null, 9);
            update hangfire_job set state = 'Processing', state_id = 15 where id = 7;
            update hangfire_job set state = 'Succeeded', state_id = 19 where id = 8;
            delete from hangfire_job where id = 500;
            insert into hangfire_queue (id, queue, job_id) values (3, 'default', 7);
            """);

        using var storage = new SQLiteStorage(FilePath);
        using var connection = (JobStorageConnection)storage.GetConnection();
        var monitor = storage.GetMonitoringApi();

        var job = monitor.JobDetails("7");
        Assert.Equal(["Failed", "Processing", "Enqueued"], job.History.Select(state => state.StateName));
        Assert.Equal("first", job.History[2].Reason);
        Assert.Equal("Processing", connection.GetStateData("7").Name);
        Assert.Equal("tr-TR", connection.GetJobData("7").ParametersSnapshot["CurrentCulture"].Trim('"'));
        Assert.Equal("Run", connection.GetJobData("7").Job.Method.Name);
        Assert.Equal((1, 1), (monitor.ProcessingCount(), monitor.SucceededListCount()));
        Assert.Equal("7", connection.FetchNextJob(["default"], CancellationToken.None).JobId);

        // An id is never given twice, not even that of the youngest job, which is gone.
        Assert.True(long.Parse(new BackgroundJobClient(storage).Create(job.Job, new EnqueuedState()), provider: null) > 500);
        Assert.True(new BackgroundJobClient(storage).ChangeState("7", new SucceededState(null, 1, 1), null));
        Assert.Equal("Succeeded", monitor.JobDetails("7").History[0].StateName);
        Assert.Equal(0L, Ask(storage, "select count(*) from pragma_foreign_key_check"));
        Assert.Equal("ok", Ask(storage, "pragma integrity_check"));
        Assert.Equal("7", Ask(storage, "select job from films"));
        new VideoExpress.Storage.SQLite.Maintenance.Expiration(storage).Run(CancellationToken.None);
        Assert.Null(monitor.JobDetails("8"));
        Assert.Equal(0L, Ask(storage, "select count(*) from hangfire_state where job_id = 8"));
    }

    [Fact]
    public void AFileOfVersion1_KeepsTheViewsAndTriggersThatLookAtIt()
    {
        MakeVersion1(
            """
            create table films (title text, job integer references hangfire_job (id));
            create view film_states as select title, state from films join hangfire_job j on j.id = job
                join hangfire_state s on s.job_id = j.id and s.id = j.state_id;
            create trigger film_added after insert on films
            begin
                insert into hangfire_list (key, value) select 'films', id from hangfire_job where id = new.job;
            end;
            """);

        using var storage = new SQLiteStorage(FilePath);
        using (var unit = storage.BeginUnitOfWork())
        {
            var job = unit.Create(Job.FromExpression(() => Work.Run("x")), new EnqueuedState());
            unit.Execute("insert into films values ('M', $job)", long.Parse(job, provider: null));
            unit.Commit();
        }

        Assert.Equal("Enqueued", Ask(storage, "select state from film_states"));
        Assert.Equal(1L, Ask(storage, "select count(*) from hangfire_list"));
    }

    private void MakeVersion1(string rows)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        Migrator.Migrate(connection, new SortedDictionary<int, string> { [1] = Migrator.Scripts[1] }, TimeProvider.System);
        using var command = connection.CreateCommand();
        command.CommandText = rows;
        command.ExecuteNonQuery();
    }

    private static object? Ask(SQLiteStorage storage, string sql) => storage.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    });
}
