using System.Collections.Concurrent;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Crash;

namespace VideoExpress.Tests.Storage.Concurrency;

/// <summary>
/// What fails late takes a transaction with it that may be that of many: a deferred constraint, which SQLite checks at the COMMIT, and an
/// error that rolls back everything at once. Nobody else may suffer for it.
/// </summary>
public sealed class LateFailureTests : SQLiteTest
{
    private const int Threads = 10, WritesPerThread = 30;

    private readonly ConcurrentBag<string> _told = [];

    public LateFailureTests()
    {
        Film.CreateTable(Storage);
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, "create table notes (title text primary key, film text references films (title) deferrable initially deferred)");
        unit.Commit();
    }

    [Fact]
    public async Task AViolationThatShowsAtTheCommit_IsNobodyElses()
    {
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () => WriteAll(thread), TaskCreationOptions.LongRunning)));

        Audit.AssertSound(Storage);
        Assert.Equal(Threads * WritesPerThread / 3, Film.Titles(Storage).Count);
        Assert.Equal(Film.Titles(Storage).Order(), _told.Order());
        Assert.Equal(0, Ask<long>("select count(*) from notes"));
        Assert.Equal(Ask<long>("select count(*) from hangfire_queue"), Monitor.EnqueuedCount("default"));
    }

    [Fact]
    public async Task WhatIsRunAgain_LetsGoOfItsLocks()
    {
        Film.Make(Storage, "taken");
        var ids = Enumerable.Range(0, Threads * WritesPerThread).Select(_ => CreateJobIn(new EnqueuedState())).ToList();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () => DeleteAll(ids, thread), TaskCreationOptions.LongRunning)));

        Assert.All(ids, id => Connection.AcquireDistributedJobLock(id, TimeSpan.Zero).Dispose());
        Assert.All(ids.Where((_, index) => index / WritesPerThread % 2 == 1), id => Assert.Equal("Deleted", StateOf(id)));
    }

    private void WriteAll(int thread)
    {
        for (var number = 0; number < WritesPerThread; number++)
        {
            var title = $"{thread}-{number}";
            switch ((thread + number) % 3)
            {
                case 0:
                    using (var unit = Storage.BeginUnitOfWork())
                    {
                        unit.OnCommitted(() => _told.Add(title));
                        Film.Make(unit, title);
                        unit.Commit();
                    }

                    break;
                case 1:
                    Client.Create(AJob(), new EnqueuedState());
                    break;
                default:
                    Assert.Throws<SqliteException>(() => Violate($"insert into notes values ('{title}', 'no such film')"));
                    break;
            }
        }
    }

    private void DeleteAll(List<string> ids, int thread)
    {
        for (var number = 0; number < WritesPerThread; number++)
        {
            if (thread % 2 == 0)
            {
                Assert.Throws<SqliteException>(() => Violate("insert or rollback into films (title) values ('taken')"));
            }
            else
            {
                using var connection = Open();
                using var transaction = (SQLiteStorageTransaction)connection.CreateWriteTransaction();
                var id = ids[thread * WritesPerThread + number];
                // It takes the lock of the job inside of the transaction, whose lock it is until the end.
                transaction.Enlist(unit => unit.ChangeState(id, new DeletedState()));
                transaction.Commit();
            }
        }
    }

    private void Violate(string sql)
    {
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, sql);
        unit.OnCommitted(() => Assert.Fail("It was not committed."));
        unit.Commit();
    }
}
