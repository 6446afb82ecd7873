using Hangfire.States;
using VideoExpress.Storage.SQLite.Cancellation;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>Gives a parameter a value that may depend on the one it has.</summary>
internal sealed class ChangeJobParameter(long job, string name, Func<string?, string?> change) : IJobCommand
{
    public ChangeJobParameter(long job, string name, string? value)
        : this(job, name, _ => value)
    {
    }

    public long Job { get; } = job;

    public void Apply(Dictionary<string, string?> parameters) => parameters[name] = change(parameters.GetValueOrDefault(name));

    public void Execute(WriteTurn turn)
    {
        if (JobQueries.Parameters(turn.Sql, Job) is { } parameters)
        {
            Apply(parameters);
            turn.Sql.Execute("update hangfire_job set parameters = $parameters where id = $job", Json.Write(parameters), Job);
        }
    }
}

/// <summary>Has a job expire at a time, or never.</summary>
internal sealed class ExpireJob(long job, long? at) : IJobCommand
{
    public long Job { get; } = job;

    public long? At { get; } = at;

    public void Execute(WriteTurn turn) =>
        turn.Sql.Execute("update hangfire_job set expire_us = $at where id = $job and expire_us is not $at", At, Job);
}

/// <summary>A state as it was when the transaction was told of it: a state object may change, or throw, later.</summary>
internal sealed record StateRecord(long Job, string Name, string? Reason, string? Data, long CreatedAt)
{
    /// <summary>The number of a job's first state.</summary>
    public const long First = 1;

    /// <summary>Appends to the history and returns the number it has there; null when there is no such job.</summary>
    public long? Insert(WriteTurn turn) => turn.Sql.Scalar<long?>(
        """
        insert into hangfire_state (job_id, id, name, reason, data, created_us)
        select $job, 1 + coalesce((select max(id) from hangfire_state where job_id = $job), 0), $name, $reason, $data, $created
        where exists (select 1 from hangfire_job where id = $job)
        returning id
        """,
        Job, Name, Reason, Data, CreatedAt);

    /// <summary>Begins the history of a job that was just created.</summary>
    public void InsertFirst(WriteTurn turn) => turn.Sql.Execute(
        "insert into hangfire_state (job_id, id, name, reason, data, created_us) values ($job, $id, $name, $reason, $data, $created)",
        Job, First, Name, Reason, Data, CreatedAt);
}

internal sealed class AddJobState(StateRecord state) : IJobCommand
{
    public long Job => state.Job;

    public void Execute(WriteTurn turn) => state.Insert(turn);
}

internal sealed class SetJobState(StateRecord state, int historyLength, RunningJobs running) : IJobCommand
{
    public long Job => state.Job;

    public string State => state.Name;

    /// <summary>Whether a worker begins to run the job.</summary>
    public bool IsStart => State == ProcessingState.StateName;

    public void Execute(WriteTurn turn)
    {
        if (state.Insert(turn) is not { } number)
        {
            return;
        }

        turn.Sql.Execute("update hangfire_job set state = $name, state_id = $number where id = $job", State, number, Job);
        // A job that reschedules itself has no end of states.
        if (number > historyLength)
        {
            turn.Sql.Execute("delete from hangfire_state where job_id = $job and id <= $last", Job, number - historyLength);
        }

        turn.AfterCommit(() => running.StateChanged(Job, State));
    }

    /// <summary>The job has been written with this state; it has no other.</summary>
    public void ExecuteAsFirst(WriteTurn turn)
    {
        state.InsertFirst(turn);
        turn.AfterCommit(() => running.StateChanged(Job, State));
    }
}
