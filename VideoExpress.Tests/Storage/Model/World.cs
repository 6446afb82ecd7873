using Hangfire.Storage;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Storage.SQLite;
using VideoExpress.Storage.SQLite.Maintenance;

namespace VideoExpress.Tests.Storage.Model;

/// <summary>A storage on a real file and the model of it, which get the same steps.</summary>
internal sealed class World : IDisposable
{
    private const int HistoryLength = 3, Connections = 3;

    private readonly MemoryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly JobStorageConnection[] _connections = new JobStorageConnection[Connections];

    public World()
    {
        Open();
    }

    public SQLiteStorage Storage { get; private set; } = null!;

    public ModelStorage Model { get; } = new(HistoryLength);

    public List<(IFetchedJob Job, ModelQueued Row)> Fetched { get; } = [];

    public List<(int Connection, string Resource, IDisposable Lock)> Held { get; } = [];

    /// <summary>Transactions that are still open, with what they do to the model.</summary>
    public List<(SQLiteStorageTransaction Transaction, List<Action> Changes)> Begun { get; } = [];

    public JobStorageConnection Connection => _connections[0];

    public JobStorageConnection ConnectionOf(int number) => _connections[number % Connections];

    public void Run(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            step.Run(this);
        }

        new Look().Run(this);
    }

    public void Pass(TimeSpan time)
    {
        _time.Advance(time);
        Model.Now = _time.GetUtcNow().UtcDateTime;
    }

    public void Expire()
    {
        new Expiration(Storage).Run(CancellationToken.None);
        Model.Expire();
    }

    public void Reopen()
    {
        Close();
        Open();
        Model.Locks.Clear();
        Model.Servers.Clear();
        Model.Queue.ForEach(row => row.IsTaken = false);
        Fetched.Clear();
        Held.Clear();
        Begun.Clear();
    }

    /// <summary>A connection that is gone has no locks.</summary>
    public void Reconnect(int number)
    {
        number %= Connections;
        _connections[number].Dispose();
        _connections[number] = (JobStorageConnection)Storage.GetConnection();
        Held.RemoveAll(held => held.Connection == number);
        foreach (var resource in Model.Locks.Where(held => held.Value.Connection == number).Select(held => held.Key).ToList())
        {
            Model.Locks.Remove(resource);
        }
    }

    public void Dispose()
    {
        Close();
        _folder.Dispose();
    }

    private void Open()
    {
        Storage = new SQLiteStorage(
            _folder.File("hangfire.db"), new SQLiteStorageOptions { TimeProvider = _time, StateHistoryLength = HistoryLength });
        for (var number = 0; number < Connections; number++)
        {
            _connections[number] = (JobStorageConnection)Storage.GetConnection();
        }

        Pass(TimeSpan.Zero);
    }

    private void Close()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        Storage.Dispose();
    }
}
