using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace VideoExpress.Bench.Storage;

/// <summary>
/// The limit of the disk: durable transactions of one row a second, by Microsoft.Data.Sqlite with a write-ahead log and
/// <c>synchronous=FULL</c>, one thread, one prepared command.
/// </summary>
internal sealed class Raw : IDisposable
{
    private const int Commits = 2000;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly List<double> _rates = [];

    public Raw(string folder)
    {
        _connection = new SqliteConnection($"Data Source={Path.Combine(folder, "raw.db")};Pooling=False");
        _connection.Open();
        using (var settings = _connection.CreateCommand())
        {
            settings.CommandText = "pragma journal_mode=wal; pragma synchronous=full; create table rows (id integer primary key, text text)";
            settings.ExecuteNonQuery();
        }

        _insert = _connection.CreateCommand();
        _insert.CommandText = "insert into rows (text) values ($text)";
        _insert.Parameters.AddWithValue("$text", "a row of about the size of a job");
        _insert.Prepare();
        Commit();
    }

    /// <summary>The median of all that was measured, and its range.</summary>
    public string Summary =>
        _rates.Count == 0 ? "not measured" : $"{Samples.Median(_rates):0} commits/s ({_rates.Min():0} to {_rates.Max():0})";

    /// <summary>Does some work between two measurements of the limit, and returns their mean with the result.</summary>
    public (T Result, double Commits) Around<T>(Func<T> work)
    {
        var before = Measure();
        var result = work();
        return (result, (before + Measure()) / 2);
    }

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }

    private double Measure()
    {
        var rate = Commits / Commit().TotalSeconds;
        _rates.Add(rate);
        return rate;
    }

    private TimeSpan Commit()
    {
        var clock = Stopwatch.StartNew();
        for (var commit = 0; commit < Commits; commit++)
        {
            _insert.ExecuteNonQuery();
        }

        return clock.Elapsed;
    }
}
