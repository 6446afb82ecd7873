using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Data;

/// <summary>
/// Brings the application's own tables to the newest schema. Scripts are embedded resources named
/// <c>….Migrations.0001_Name.sql</c>, numbered without a gap; each runs once, in a transaction of its own.
/// </summary>
public static class Migrations
{
    /// <summary>Applies what is missing of the scripts in <paramref name="assembly"/> under the schema name <paramref name="schema"/>.</summary>
    /// <exception cref="NewerSchemaException">The file was written by a newer version.</exception>
    public static void Apply(SQLiteStorage storage, Assembly assembly, string schema)
    {
        var scripts = Scripts(assembly);
        using var unitOfWork = storage.BeginUnitOfWork();
        var (connection, transaction) = (unitOfWork.Connection, unitOfWork.Transaction);
        connection.Execute(
            "create table if not exists schema_versions (name text primary key, version integer not null) strict", transaction: transaction);
        var current = Version(connection, transaction, storage.Path, schema, scripts.Count);
        foreach (var script in scripts.Skip(current))
        {
            Run(connection, script);
        }

        connection.Execute(
            "insert into schema_versions values (@schema, @version) on conflict (name) do update set version = excluded.version",
            new { schema, version = scripts.Count },
            transaction);
        unitOfWork.Commit();
    }

    /// <summary>By SQLite itself: a command of several statements ends without an error at one that fails after a column with a check was added.</summary>
    private static void Run(SqliteConnection connection, string script) =>
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle, script), connection.Handle);

    /// <summary>The version that the scripts in <paramref name="assembly"/> lead to.</summary>
    public static int Known(Assembly assembly) => Scripts(assembly).Count;

    /// <summary>The version of <paramref name="schema"/> in a file that is only looked at; 0 when it has none.</summary>
    /// <exception cref="NewerSchemaException">The file was written by a newer version.</exception>
    public static int Version(SqliteConnection connection, string path, Assembly assembly, string schema) =>
        connection.ExecuteScalar<int>("select count(*) from sqlite_master where name = 'schema_versions'") == 0
            ? 0
            : Version(connection, transaction: null, path, schema, Known(assembly));

    private static int Version(SqliteConnection connection, SqliteTransaction? transaction, string path, string schema, int known)
    {
        var found = connection.ExecuteScalar<int>(
            "select coalesce(max(version), 0) from schema_versions where name = @schema", new { schema }, transaction);
        return found <= known ? found : throw new NewerSchemaException(path, schema, found, known);
    }

    private static List<string> Scripts(Assembly assembly)
    {
        const string folder = ".Migrations.";
        var names = assembly.GetManifestResourceNames()
            .Where(name => name.Contains(folder, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToList();
        for (var i = 0; i < names.Count; i++)
        {
            var number = names[i][(names[i].IndexOf(folder, StringComparison.Ordinal) + folder.Length)..][..4];
            if (int.Parse(number, CultureInfo.InvariantCulture) != i + 1)
            {
                throw new InvalidOperationException($"Migration {names[i]} should be number {i + 1}.");
            }
        }

        return names.ConvertAll(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        });
    }
}

/// <summary>The database file was written by a newer version of the product, which this one must not touch.</summary>
public sealed class NewerSchemaException(string path, string schema, int found, int known)
    : Exception($"{path} has version {found} of the schema \"{schema}\", but this version of VideoExpress knows only {known}: " +
                "start the newer version, or give another data folder with --data.");
