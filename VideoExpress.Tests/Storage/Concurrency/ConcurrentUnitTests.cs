using System.Collections.Concurrent;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Crash;
using Xunit.Abstractions;

namespace VideoExpress.Tests.Storage.Concurrency;

/// <summary>Writers that share commits: each one's failure is its own.</summary>
public sealed class ConcurrentUnitTests(ITestOutputHelper output) : SQLiteTest
{
    private const int Threads = 12, WritesPerThread = 60;

    private readonly ConcurrentBag<string> _kept = [], _told = [];

    [Fact]
    public async Task ExactlyWhatFails_LeavesNoTrace()
    {
        var seed = System.Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Film.CreateTable(Storage);
        Film.Make(Storage, "taken");

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () => WriteRandomly(new Random(seed + thread), thread), TaskCreationOptions.LongRunning)));

        Audit.AssertSound(Storage);
        string[] expected = [.. _kept.Order(StringComparer.Ordinal)];
        Assert.Equal(expected, Film.Titles(Storage).Where(title => title != "taken").Order(StringComparer.Ordinal));
        Assert.Equal(expected, _told.Order(StringComparer.Ordinal));
        Assert.Equal(0, Ask<long>("select count(*) from hangfire_job where arguments like '%lost%' or state is null"));
        // The memory agrees with the file.
        Assert.Equal(Ask<long>("select count(*) from hangfire_queue"), Monitor.EnqueuedCount("default"));
        Assert.All(Audit.States(Storage).Keys, id => Connection.AcquireDistributedJobLock(id, TimeSpan.Zero).Dispose());
        output.WriteLine($"{_kept.Count} of {Threads * WritesPerThread} kept");
    }

    private void WriteRandomly(Random random, int thread)
    {
        for (var number = 0; number < WritesPerThread; number++)
        {
            var title = $"{thread}-{number}";
            switch (random.Next(6))
            {
                case 0:
                    Keep(title, () => InUnit(title, _ => { }));
                    break;
                case 1:
                    Assert.Throws<SqliteException>(
                        () => InUnit("lost " + title, unit => Execute(unit, "insert into films (title) values ('taken')")));
                    break;
                case 2:
                    Assert.Throws<NotSupportedException>(() => InUnit("lost " + title, _ => throw new NotSupportedException()));
                    break;
                case 3:
                    Keep(title, () => InTransaction(title, _ => { }));
                    break;
                case 4:
                    Assert.Throws<SqliteException>(
                        () => InTransaction("lost " + title, unit => Execute(unit, "insert into films (title) values ('taken')")));
                    break;
                default:
                    Client.Create(AJob(), new EnqueuedState());
                    break;
            }
        }
    }

    private void Keep(string title, Action write)
    {
        write();
        _kept.Add(title);
    }

    private void InUnit(string title, Action<SQLiteUnitOfWork> end)
    {
        using var unit = Storage.BeginUnitOfWork();
        unit.OnCommitted(() => _told.Add(title));
        Film.Make(unit, title);
        end(unit);
        unit.Commit();
    }

    private void InTransaction(string title, Action<SQLiteUnitOfWork> end)
    {
        using var connection = Open();
        using var transaction = (SQLiteStorageTransaction)connection.CreateWriteTransaction();
        transaction.IncrementCounter("transactions");
        transaction.Enlist(unit =>
        {
            unit.OnCommitted(() => _told.Add(title));
            Film.Make(unit, title);
            end(unit);
        });
        transaction.Commit();
    }
}
