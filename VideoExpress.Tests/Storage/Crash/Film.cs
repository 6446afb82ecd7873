using Hangfire.Common;
using Hangfire.States;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>A row of an application, and its chain of three jobs, in one unit of work: they exist together or not at all.</summary>
internal sealed record Film(string Title, string[] Jobs)
{
    public const string Table = "create table if not exists films (title text primary key, first integer, second integer, third integer)";

    /// <summary>The half films: rows without all their jobs, and jobs called after a film without a row.</summary>
    public const string Half =
        """
        select (select count(*) from films f where (select count(*) from hangfire_job j where j.id in (f.first, f.second, f.third)) <> 3)
            + (select count(*) from hangfire_job j where j.arguments like '%film %' and not exists
                (select 1 from films f where j.id in (f.first, f.second, f.third)))
        """;

    public static void CreateTable(SQLiteStorage storage)
    {
        using var unit = storage.BeginUnitOfWork();
        Execute(unit, Table);
        unit.Commit();
    }

    /// <summary>Returns when it is committed.</summary>
    public static Film Make(SQLiteStorage storage, string title)
    {
        using var unit = storage.BeginUnitOfWork();
        var film = Make(unit, title);
        unit.Commit();
        return film;
    }

    public static Film Make(SQLiteUnitOfWork unit, string title)
    {
        var argument = "film " + title;
        var first = unit.Create(Job.FromExpression(() => Work.Run(argument)), new EnqueuedState());
        var second = unit.ContinueWith(first, Job.FromExpression(() => Work.Run(argument)));
        Execute(unit, $"insert into films values ('{title}', {first}, {second}, null)");
        var third = unit.ContinueWith(second, Job.FromExpression(() => Work.Run(argument)));
        Execute(unit, $"update films set third = {third} where title = '{title}'");
        return new Film(title, [first, second, third]);
    }

    public static HashSet<string> Titles(SQLiteStorage storage) => storage.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select title from films";
        using var reader = command.ExecuteReader();
        var titles = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            titles.Add(reader.GetString(0));
        }

        return titles;
    });

    private static void Execute(SQLiteUnitOfWork unit, string sql)
    {
        using SqliteCommand command = unit.Connection.CreateCommand();
        command.Transaction = unit.Transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
