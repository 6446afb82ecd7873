using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>
/// Creates a job, together with what is to be changed in it right after: written at once, a job costs half of what it costs in parts.
/// </summary>
internal sealed class CreateJob(
    long job, JobIds ids, StoredInvocation invocation, Dictionary<string, string?> parameters, long createdAt, long expireAt) : ICommand
{
    private readonly Dictionary<string, string?> _parameters = parameters;
    private long? _expireAt = expireAt;
    private SetJobState? _first;
    private bool _hasHistory;

    public long Job { get; } = job;

    /// <summary>The state it will be in after all the changes it was told of; null when it has none yet.</summary>
    public string? State { get; private set; }

    /// <summary>False when the change has to be made afterwards.</summary>
    public bool TryAbsorb(IJobCommand change)
    {
        switch (change)
        {
            case SetJobState set:
                State = set.State;
                if (_first is not null || _hasHistory)
                {
                    return false;
                }

                _first = set;
                return true;
            case AddJobState:
                _hasHistory = true;
                return false;
            case ExpireJob expire:
                _expireAt = expire.At;
                return true;
            case ChangeJobParameter parameter:
                parameter.Apply(_parameters);
                return true;
            default:
                return false;
        }
    }

    public void Execute(WriteTurn turn)
    {
        ids.Reserve(turn, Job);
        turn.Sql.Execute(
            """
            insert into hangfire_job (id, invocation, arguments, parameters, state, state_id, created_us, expire_us)
            values ($id, $invocation, $arguments, $parameters, $state, $state_id, $created, $expire)
            """,
            Job, invocation.Payload, invocation.Arguments, Json.Write(_parameters), _first?.State, _first is null ? (long?)null : StateRecord.First, createdAt, _expireAt);
        _first?.ExecuteAsFirst(turn);
    }
}
