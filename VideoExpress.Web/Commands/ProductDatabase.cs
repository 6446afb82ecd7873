using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Storage.SQLite;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Web.Commands;

/// <summary>The product's SQLite file as commands see it: whoever has it open, they only read.</summary>
internal static class ProductDatabase
{
    /// <summary>Its name in a backup.</summary>
    public const string FileName = "videoexpress.db";

    private static readonly (Assembly Assembly, string Schema)[] Schemas =
        [(typeof(JobsSetup).Assembly, JobsSetup.Schema), (typeof(GatewayStart).Assembly, GatewayStart.Schema)];

    /// <summary>Checks pages and versions; returns the versions in words.</summary>
    /// <exception cref="CommandException">It is damaged, was written by a newer version, or cannot be read.</exception>
    public static string Check(string path, CancellationToken cancellationToken)
    {
        try
        {
            SQLiteStorageFile.Check(path, cancellationToken);
            return SQLiteStorageFile.Read(path, connection => string.Join(", ", Schemas.Select(known =>
            {
                var version = Migrations.Version(connection, path, known.Assembly, known.Schema);
                return string.Create(CultureInfo.InvariantCulture, $"{known.Schema} {version}");
            })));
        }
        catch (Exception error) when (error is SqliteException or InvalidOperationException or NewerSchemaException)
        {
            throw new CommandException(error.Message, error);
        }
    }

    /// <summary>Copies the file as it is at one moment; the copy needs no log beside it.</summary>
    /// <exception cref="CommandException">The file is damaged, or the copy cannot be written.</exception>
    public static async Task CopyAsync(string path, string copy, CancellationToken cancellationToken)
    {
        try
        {
            await SQLiteStorageFile.CopyAsync(path, copy, cancellationToken);
            await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString());
            await connection.OpenAsync(cancellationToken);
            connection.Execute("pragma synchronous = full; pragma journal_mode = delete");
        }
        catch (SqliteException error)
        {
            throw new CommandException(error.Message, error);
        }
    }

    /// <summary>How many jobs are not over.</summary>
    public static long Unfinished(string path) => SQLiteStorageFile.Read(
        path, connection => connection.ExecuteScalar<long>("select count(*) from jobs where status in ('QUEUED', 'RUNNING')"));

    /// <summary>The files that a database names, except of what is on its way out.</summary>
    /// <exception cref="CommandException">It is of an older version, whose tables are not known here.</exception>
    public static NamedFiles Files(string path) => SQLiteStorageFile.Read(path, connection =>
    {
        foreach (var (assembly, schema) in Schemas)
        {
            if (Migrations.Version(connection, path, assembly, schema) < Migrations.Known(assembly))
            {
                throw new CommandException(
                    "The database was written by an older version of VideoExpress. Make the backup with that one, or start this one first, which upgrades it.");
            }
        }

        return new NamedFiles(
            [.. ((Db)connection).KnownFiles().DistinctBy(file => file.Key).OrderBy(file => file.Key, StringComparer.Ordinal)],
            ((Db)connection).List<string>(
                """
                select 'inbox/' || job_id || '/' || attempt_id || '/' from attempts
                where swept_at is null and job_id in (select job_id from jobs where status in ('QUEUED', 'RUNNING', 'FAILED'))
                """));
    });
}

/// <summary>What a database names.</summary>
/// <param name="Published">Files of jobs and assets.</param>
/// <param name="Inboxes">
/// Prefixes of what workers have put, and somebody may still come for: a failed job can be retried from its failed step.
/// </param>
internal sealed record NamedFiles(IReadOnlyList<KnownFile> Published, IReadOnlyList<string> Inboxes);
