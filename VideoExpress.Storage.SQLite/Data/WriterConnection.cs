using System.Reflection;
using Microsoft.Data.Sqlite;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>
/// The connection that all who write use in turn. The driver keeps a list of a connection's commands that only one thread may touch, but a
/// command is commonly disposed of after the unit of work it was for; so it lets go of the commands when a turn ends.
/// </summary>
internal sealed class WriterConnection : SqliteConnection
{
    /// <summary>
    /// That list, which is private to the driver; null where a driver has none of this name. Only in it are commands that were made by their
    /// constructor rather than here.
    /// </summary>
    private static readonly FieldInfo? DriversList =
        typeof(SqliteConnection).GetField("_commands", BindingFlags.Instance | BindingFlags.NonPublic);

    private readonly List<SqliteCommand> _commands = [];
    private bool _ends;

    public WriterConnection(string path)
        : base(ConnectionPool.ConnectionString(path))
    {
        // How long the driver repeats, in seconds, what is busy, after SQLite has waited for its busy_timeout each time. Zero is for ever.
        DefaultTimeout = 1;
    }

    public override SqliteCommand CreateCommand()
    {
        var command = base.CreateCommand();
        _commands.Add(command);
        return command;
    }

    /// <summary>Does nothing: an application that disposes of what a unit of work has lent it must not take it from all who write.</summary>
    public override void Close()
    {
        if (_ends)
        {
            base.Close();
        }
    }

    /// <summary>Closes it for good.</summary>
    public void End()
    {
        _ends = true;
        Dispose();
    }

    /// <summary>Ends the commands of this turn, with their readers; whoever uses one later is told that it has no connection.</summary>
    public void ReleaseCommands()
    {
        if (DriversList?.GetValue(this) is List<WeakReference<SqliteCommand>> known)
        {
            _commands.AddRange(known.Select(reference => reference.TryGetTarget(out var command) ? command : null).OfType<SqliteCommand>());
        }

        foreach (var command in _commands)
        {
            command.Dispose();
            command.Connection = null;
        }

        _commands.Clear();
    }
}
