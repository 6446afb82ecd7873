using Hangfire.States;
using VideoExpress.Storage.SQLite.Cancellation;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Writer;

internal sealed class CreateJob(
    long id, JobIds ids, StoredInvocation invocation, Dictionary<string, string?> parameters, long createdAt, long expireAt) : ICommand
{
    public void Execute(WriteTurn turn)
    {
        ids.Reserve(turn, id);
        turn.Sql.Execute(
            """
            insert into hangfire_job (id, invocation, arguments, created_us, expire_us)
            values ($id, $invocation, $arguments, $created, $expire)
            """,
            id, invocation.Payload, invocation.Arguments, createdAt, expireAt);

        foreach (var (name, value) in parameters)
        {
            turn.Sql.Execute("insert into hangfire_parameter (job_id, name, value) values ($job, $name, $value)", id, name, value);
        }
    }
}

internal sealed class SetJobParameter(long job, string name, string? value) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute(
        """
        insert into hangfire_parameter (job_id, name, value)
        select $job, $name, $value where exists (select 1 from hangfire_job where id = $job)
        on conflict (job_id, name) do update set value = excluded.value
        """,
        job, name, value);
}

internal sealed class ChangeJobParameter(long job, string name, Func<string?, string?> change) : ICommand
{
    public void Execute(WriteTurn turn)
    {
        var value = turn.Sql.Scalar<string>("select value from hangfire_parameter where job_id = $job and name = $name", job, name);
        new SetJobParameter(job, name, change(value)).Execute(turn);
    }
}

internal sealed class ExpireJob(long job, long at) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute("update hangfire_job set expire_us = $at where id = $job", at, job);
}

internal sealed class PersistJob(long job) : ICommand
{
    public void Execute(WriteTurn turn) =>
        turn.Sql.Execute("update hangfire_job set expire_us = null where id = $job and expire_us is not null", job);
}

/// <summary>A state as it was when the transaction was told of it: a state object may change, or throw, later.</summary>
internal sealed record StateRecord(long Job, string Name, string? Reason, string? Data, long CreatedAt)
{
    /// <summary>Appends to the history and returns the number it has there; null when there is no such job.</summary>
    public long? Insert(WriteTurn turn) => turn.Sql.Scalar<long?>(
        """
        insert into hangfire_state (job_id, id, name, reason, data, created_us)
        select $job, 1 + coalesce((select max(id) from hangfire_state where job_id = $job), 0), $name, $reason, $data, $created
        where exists (select 1 from hangfire_job where id = $job)
        returning id
        """,
        Job, Name, Reason, Data, CreatedAt);
}

internal sealed class AddJobState(StateRecord state) : ICommand
{
    public void Execute(WriteTurn turn) => state.Insert(turn);
}

internal sealed class SetJobState(StateRecord state, int historyLength, RunningJobs running) : ICommand
{
    /// <summary>Whether a worker begins to run the job.</summary>
    public bool IsStart => state.Name == ProcessingState.StateName;

    public void Execute(WriteTurn turn)
    {
        if (state.Insert(turn) is not { } number)
        {
            return;
        }

        turn.Sql.Execute(
            "update hangfire_job set state = $name, state_id = $number where id = $job", state.Name, number, state.Job);
        // A job that reschedules itself has no end of states.
        if (number > historyLength)
        {
            turn.Sql.Execute("delete from hangfire_state where job_id = $job and id <= $last", state.Job, number - historyLength);
        }

        turn.AfterCommit(() => running.StateChanged(state.Job, state.Name));
    }
}
