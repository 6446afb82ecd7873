namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>
/// What a unit of work is to write, as long as nothing has asked for its transaction. A job that it creates is written with its first state
/// at once, and what is known of such a job needs no look at the file.
/// </summary>
internal sealed class PendingCommands
{
    private readonly List<ICommand> _commands = [];
    private readonly Dictionary<long, CreateJob> _created = [];
    private bool _isBroken;

    public int Count => _commands.Count;

    public void Add(ICommand command)
    {
        if (command is CreateJob create)
        {
            _created.Add(create.Job, create);
        }
        else if (command is IJobCommand change && _created.TryGetValue(change.Job, out var created) && created.TryAbsorb(change))
        {
            return;
        }

        _commands.Add(command);
    }

    /// <summary>True when the job is created here; its state is null before the first.</summary>
    public bool TryGetState(long job, out string? state)
    {
        var isCreated = _created.TryGetValue(job, out var created);
        state = created?.State;
        return isCreated;
    }

    /// <summary>Adds what belongs together; if that fails half way, nothing here can be written any more, whoever catches the exception.</summary>
    public void Add(IReadOnlyList<ICommand> commands)
    {
        try
        {
            foreach (var command in commands)
            {
                Add(command);
            }
        }
        catch
        {
            _isBroken = true;
            throw;
        }
    }

    public void Execute(WriteTurn turn)
    {
        if (_isBroken)
        {
            throw new InvalidOperationException("A part of the unit of work has failed; it can only be rolled back.");
        }

        turn.Execute(_commands);
    }
}
