using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Schema;

/// <summary>
/// Brings the storage's own tables up to date. Its version lies in a table of its own, so that an application may keep its tables, with
/// versions of their own, in the same file.
/// </summary>
internal static class Migrator
{
    /// <summary>The scripts, by the version each leads to: <c>Schema/0001.sql</c> leads to 1.</summary>
    internal static readonly SortedDictionary<int, string> Scripts = FindScripts();

    /// <summary>The version this library writes.</summary>
    public static int LatestVersion => Scripts.Keys.Last();

    /// <summary>Throws when the file was written by a later version of this library; reads only.</summary>
    public static void RefuseNewer(SqliteConnection connection, string path)
    {
        var version = ReadVersion(connection, transaction: null);
        if (version > LatestVersion)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"'{path}' was written by a newer version of this storage (schema {version}, known here: up to {LatestVersion}). " +
                $"It was not touched. Start the newer program, or use another file."));
        }
    }

    /// <summary>Creates the tables or upgrades them in place, all in one transaction.</summary>
    public static void Migrate(SqliteConnection connection, TimeProvider time) => Migrate(connection, Scripts, time);

    internal static void Migrate(SqliteConnection connection, SortedDictionary<int, string> scripts, TimeProvider time)
    {
        using var transaction = connection.BeginTransaction();
        var version = ReadVersion(connection, transaction);
        if (version == 0)
        {
            Execute(connection, "create table hangfire_schema (version integer primary key, applied_us integer not null) strict");
        }

        foreach (var (next, script) in scripts.Where(script => script.Key > version))
        {
            Execute(connection, script);
            var now = UnixMicros.Now(time);
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"insert into hangfire_schema values ({next}, {now})"));
        }

        transaction.Commit();
    }

    private static long ReadVersion(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "select count(*) from sqlite_master where type = 'table' and name = 'hangfire_schema'";
        if ((long)command.ExecuteScalar()! == 0)
        {
            return 0;
        }

        command.CommandText = "select coalesce(max(version), 0) from hangfire_schema";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>By SQLite itself: a command of several statements ends without an error at one that fails after a column with a check was added.</summary>
    private static void Execute(SqliteConnection connection, string script) =>
        SqliteException.ThrowExceptionForRC(SQLitePCL.raw.sqlite3_exec(connection.Handle, script), connection.Handle);

    private static SortedDictionary<int, string> FindScripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var prefix = typeof(Migrator).Namespace + ".";
        var scripts = new SortedDictionary<int, string>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var version = int.Parse(name[prefix.Length..^".sql".Length], NumberStyles.None, CultureInfo.InvariantCulture);
            scripts.Add(version, reader.ReadToEnd());
        }

        return scripts;
    }
}
