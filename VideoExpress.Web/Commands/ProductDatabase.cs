using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
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

    /// <summary>The objects that a database names, except of what is on its way out.</summary>
    public static NamedObjects Objects(string path) => SQLiteStorageFile.Read(path, connection => new NamedObjects(
        connection.Query<(string Key, long? Bytes, string? Sha256)>(
            """
            select key, bytes, sha256 from outputs where job_id in (select job_id from jobs where coalesce(retention, 'trashed') = 'trashed')
            union all
            select key, bytes, sha256 from assets where coalesce(retention, 'trashed') = 'trashed'
            union all
            select thumbnail_key, null, null from assets where thumbnail_key is not null and coalesce(retention, 'trashed') = 'trashed'
            """)
            .DistinctBy(row => row.Key)
            .Select(row => new NamedObject(StoreKey.Parse(row.Key), row.Bytes, row.Sha256))
            .ToList(),
        connection.Query<string>("select job_id from jobs where status in ('QUEUED', 'RUNNING', 'FAILED')").ToList()));
}

/// <summary>What a database names.</summary>
/// <param name="Published">Files of jobs and assets.</param>
/// <param name="UnfinishedJobs">Ids of jobs whose workers' files may still be needed: a failed one can be retried from its failed step.</param>
internal sealed record NamedObjects(IReadOnlyList<NamedObject> Published, IReadOnlyList<string> UnfinishedJobs);

/// <summary>An object that a database names.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Bytes">Its length, where the database knows it.</param>
/// <param name="Sha256">Lower-case hex, where the database knows it.</param>
internal sealed record NamedObject(StoreKey Key, long? Bytes, string? Sha256);
