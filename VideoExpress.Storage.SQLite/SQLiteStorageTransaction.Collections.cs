using VideoExpress.Storage.SQLite.Schedule;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite;

public sealed partial class SQLiteStorageTransaction
{
    /// <inheritdoc />
    public override void IncrementCounter(string key) => AddToCounter(key, 1, null);

    /// <inheritdoc />
    public override void IncrementCounter(string key, TimeSpan expireIn) => AddToCounter(key, 1, expireIn);

    /// <inheritdoc />
    public override void DecrementCounter(string key) => AddToCounter(key, -1, null);

    /// <inheritdoc />
    public override void DecrementCounter(string key, TimeSpan expireIn) => AddToCounter(key, -1, expireIn);

    /// <inheritdoc />
    public override void AddToSet(string key, string value) => AddToSet(key, value, 0);

    /// <inheritdoc />
    public override void AddToSet(string key, string value, double score)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);

        // An item of the schedule is "id", or "queue:id" for a job with a queue of its own.
        _commands.Add(key == DueTimes.SetKey && _dueTimes.TryGetValue(value[(value.LastIndexOf(':') + 1)..], out var dueAt)
            ? new AddToSchedule(value, score, dueAt, Storage.DueTimes)
            : new AddToSet(key, value, score));
    }

    /// <inheritdoc />
    public override void AddRangeToSet(string key, IList<string> items)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(items);
        if (items.Contains(null!))
        {
            throw new ArgumentException("The items must not be null.", nameof(items));
        }

        if (items.Count > 0)
        {
            _commands.Add(new AddRangeToSet(key, [.. items]));
        }
    }

    /// <inheritdoc />
    public override void RemoveFromSet(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        _commands.Add(new RemoveFromSet(key, value));
    }

    /// <inheritdoc />
    public override void RemoveSet(string key) => AddFor(key, new RemoveSet(key));

    /// <inheritdoc />
    public override void ExpireSet(string key, TimeSpan expireIn) => AddFor(key, new ExpireSet(key, In(expireIn)));

    /// <inheritdoc />
    public override void PersistSet(string key) => AddFor(key, new ExpireSet(key, at: null));

    /// <inheritdoc />
    public override void InsertToList(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        _commands.Add(new InsertToList(key, value));
    }

    /// <inheritdoc />
    public override void RemoveFromList(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        _commands.Add(new RemoveFromList(key, value));
    }

    /// <inheritdoc />
    public override void TrimList(string key, int keepStartingFrom, int keepEndingAt) =>
        AddFor(key, new TrimList(key, keepStartingFrom, keepEndingAt));

    /// <inheritdoc />
    public override void ExpireList(string key, TimeSpan expireIn) => AddFor(key, new ExpireList(key, In(expireIn)));

    /// <inheritdoc />
    public override void PersistList(string key) => AddFor(key, new ExpireList(key, at: null));

    /// <inheritdoc />
    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string?>> keyValuePairs)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(keyValuePairs);
        _commands.Add(new SetRangeInHash(key, [.. keyValuePairs]));
    }

    /// <inheritdoc />
    public override void RemoveHash(string key) => AddFor(key, new RemoveHash(key));

    /// <inheritdoc />
    public override void ExpireHash(string key, TimeSpan expireIn) => AddFor(key, new ExpireHash(key, In(expireIn)));

    /// <inheritdoc />
    public override void PersistHash(string key) => AddFor(key, new ExpireHash(key, at: null));

    private void AddToCounter(string key, int value, TimeSpan? expireIn) =>
        AddFor(key, new AddToCounter(key, value, expireIn is { } time ? In(time) : null));

    private void AddFor(string key, ICommand command)
    {
        ArgumentNullException.ThrowIfNull(key);
        _commands.Add(command);
    }
}
