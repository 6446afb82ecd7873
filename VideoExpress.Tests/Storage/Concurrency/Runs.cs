using Hangfire.States;
using Hangfire.Storage;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage.Concurrency;

/// <summary>
/// An application's table of how often each job started, and, in the very transaction that says so, how often it succeeded.
/// </summary>
internal sealed class Runs : IApplyStateFilter
{
    public const string Table = "create table runs (job integer primary key, started integer not null, succeeded integer not null)";

    public static void Add(SQLiteUnitOfWork unit, string id, string what)
    {
        using var command = unit.Connection.CreateCommand();
        command.Transaction = unit.Transaction;
        command.CommandText =
            $"""
            insert into runs values ({id}, 0, 0) on conflict do nothing;
            update runs set {what} = {what} + 1 where job = {id}
            """;
        command.ExecuteNonQuery();
    }

    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (context.NewState is SucceededState)
        {
            ((SQLiteStorageTransaction)transaction).Enlist(unit => Add(unit, context.BackgroundJob.Id, "succeeded"));
        }
    }

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
    }
}
