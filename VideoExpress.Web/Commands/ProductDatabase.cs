using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Web.Commands;

/// <summary>The product's SQLite file as commands see it: whoever has it open, they only read.</summary>
internal static class ProductDatabase
{
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
}
