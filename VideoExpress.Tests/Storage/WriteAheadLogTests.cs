using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Maintenance;
using VideoExpress.Storage.SQLite.Schema;

namespace VideoExpress.Tests.Storage;

/// <summary>The write-ahead log stays short, whoever reads meanwhile.</summary>
public sealed class WriteAheadLogTests : SQLiteTest
{
    private long Length => new FileInfo(FilePath + "-wal").Length;

    [Fact]
    public void WithoutReaders_TheLogIsBegunAnew_AndCutToItsLimit()
    {
        for (var round = 0; round < 8; round++)
        {
            WriteMegabytes(4);
        }

        WriteMegabytes(0);
        Assert.InRange(Length, 0, StorageFile.LogLimitBytes + 8 * 1024 * 1024);
    }

    [Fact]
    public async Task UnderReadersWithoutAGap_TheLogIsCut()
    {
        using var stop = new CancellationTokenSource();
        using var reading = new ManualResetEventSlim();
        var readers = Task.Factory.StartNew(() => ReadWithoutAGap(reading, stop.Token), stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(reading.Wait(TimeSpan.FromSeconds(20)), "Nobody reads.");
        WriteMegabytes(24);
        Assert.InRange(Length, StorageFile.LogLimitBytes, long.MaxValue);

        // A busy machine may not end a read in time; the process tries again every few seconds.
        await Eventually(() => WriteAheadLog.Shorten(Storage));

        Assert.InRange(Length, 0, 64 * 1024);
        await stop.CancelAsync();
        await readers;
    }

    [Fact]
    public void ALongRead_IsNotWaitedFor_AndKeepsItsSnapshot()
    {
        WriteMegabytes(2);
        using (var connection = Open())
        {
            using var transaction = connection.BeginTransaction(deferred: true);
            var before = Count(connection);
            WriteMegabytes(2);

            Assert.False(WriteAheadLog.Shorten(Storage));
            Assert.InRange(Length, 2_000_000, long.MaxValue);
            WriteMegabytes(1);
            Assert.Equal(before, Count(connection));
        }

        Assert.True(WriteAheadLog.Shorten(Storage));
        Assert.Equal(0, Length);
    }

    /// <summary>Each of two readers ends only after the other has begun.</summary>
    private void ReadWithoutAGap(ManualResetEventSlim reading, CancellationToken cancellationToken)
    {
        using var first = Open();
        using var second = Open();
        var (older, younger) = (first, second);
        Execute(older, "begin; select count(*) from hangfire_list");
        while (!cancellationToken.IsCancellationRequested)
        {
            Execute(younger, "begin; select count(*) from hangfire_list");
            reading.Set();
            Execute(older, "rollback");
            (older, younger) = (younger, older);
        }
    }

    private void WriteMegabytes(int megabytes)
    {
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, $"with recursive n(i) as (select 1 where {megabytes} > 0 union all select i + 1 from n where i < {megabytes} * 256) "
            + "insert into hangfire_list (key, value) select 'ballast', hex(randomblob(1900)) from n");
        unit.Commit();
        WriteOnce();
    }

    private void WriteOnce() => Commit(transaction => transaction.IncrementCounter("any"));

    private static long Count(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from hangfire_list";
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private new SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        return connection;
    }
}
