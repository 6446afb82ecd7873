using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace VideoExpress.Bench.Storage;

/// <summary>
/// The limit of the disk: durable transactions of one row a second, by Microsoft.Data.Sqlite with a write-ahead log and
/// <c>synchronous=FULL</c>, one thread, one prepared command.
/// </summary>
internal sealed class Raw : IDisposable
{
    private const int SliceCommits = 200;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly List<double> _rates = [];

    public Raw(string folder)
    {
        _connection = new SqliteConnection($"Data Source={Path.Combine(folder, "raw.db")};Pooling=False");
        _connection.Open();
        using (var settings = _connection.CreateCommand())
        {
            settings.CommandText =
                "pragma journal_mode=wal; pragma synchronous=full; create table rows (id integer primary key, text text)";
            settings.ExecuteNonQuery();
        }

        _insert = _connection.CreateCommand();
        _insert.CommandText = "insert into rows (text) values ($text)";
        _insert.Parameters.AddWithValue("$text", "a row of about the size of a job");
        _insert.Prepare();
        // Until the log has its full length and the code is compiled.
        Commit(2000);
    }

    /// <summary>Commits a second, of all rounds; null when no measure asked for it.</summary>
    public string? Summary =>
        _rates.Count == 0 ? null : $"{Samples.Median(_rates):0} commits/s ({_rates.Min():0} to {_rates.Max():0})";

    /// <summary>A slice for <see cref="Work.Alternate"/>.</summary>
    public TimeSpan Slice() => Commit(SliceCommits);

    /// <summary>Commits a second, from the total of the slices.</summary>
    public double Rate(TimeSpan slices)
    {
        var rate = SliceCommits * Work.Slices / slices.TotalSeconds;
        _rates.Add(rate);
        return rate;
    }

    public TimeSpan Commit(int commits)
    {
        var clock = Stopwatch.StartNew();
        for (var commit = 0; commit < commits; commit++)
        {
            _insert.ExecuteNonQuery();
        }

        return clock.Elapsed;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }
}
