using Hangfire.Common;
using Hangfire.Storage;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Monitoring;

/// <summary>A job as a row of a dashboard page. What it lists may have changed or gone meanwhile, so everything may be missing.</summary>
internal sealed class MonitoredJob
{
    /// <summary>Columns to select, in the order in which <see cref="Read"/> takes them, from the tables of <see cref="Joins"/>.</summary>
    public const string Columns = "j.invocation, j.arguments, j.state, s.reason, s.data, s.created_us";

    /// <summary>Joins the current state to <c>hangfire_job j</c>.</summary>
    public const string Joins = "left join hangfire_state s on s.job_id = j.id and s.id = j.state_id";

    private readonly string? _state;
    private readonly string? _expectedState;
    private readonly string? _reason;
    private readonly Dictionary<string, string?>? _data;
    private readonly DateTime? _changedAt;

    private MonitoredJob(Row row, int column, string? expectedState)
    {
        _expectedState = expectedState;
        if (row.IsNull(column))
        {
            return;
        }

        var loaded = new StoredInvocation(row.GetString(column), row.GetString(column + 1)).Load();
        (Job, Invocation, LoadException) = (loaded.Job, loaded.Invocation, loaded.Exception);
        _state = row.Text(column + 2);
        _reason = row.Text(column + 3);
        _data = Json.ReadData(row.Text(column + 4));
        _changedAt = UnixMicros.ToUtc(row.Number(column + 5));
    }

    public Job? Job { get; }

    public InvocationData? Invocation { get; }

    public JobLoadException? LoadException { get; }

    /// <summary>The current state, whatever it is.</summary>
    public string? State => _state;

    /// <summary>Whether it is in the state that the page lists; what follows is told only then.</summary>
    public bool InState => _expectedState is null || string.Equals(_state, _expectedState, StringComparison.OrdinalIgnoreCase);

    public string? Reason => InState ? _reason : null;

    public Dictionary<string, string?>? Data => InState ? _data : null;

    public DateTime? ChangedAt => InState ? _changedAt : null;

    /// <summary>Reads <see cref="Columns"/> from <paramref name="column"/> on.</summary>
    public static MonitoredJob Read(Row row, int column, string? expectedState) => new(row, column, expectedState);

    /// <summary>An entry of the state's data, or null.</summary>
    public string? this[string key] => Data?.GetValueOrDefault(key);

    public DateTime? Time(string key)
    {
        try
        {
            return JobHelper.DeserializeNullableDateTime(this[key]);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    public long? Number(string key) =>
        long.TryParse(this[key], System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
}
