using Microsoft.Data.Sqlite;
using VideoExpress.Jobs.Store.Folder;
using static SQLitePCL.raw;

namespace VideoExpress.Web.Hosting;

/// <summary>The disk under the database: what is said when it takes no more writes. All goes on by itself once it does again.</summary>
internal static class DatabaseDisk
{
    /// <summary>Bytes that a start needs for the write-ahead log and its index, and a commit for its pages.</summary>
    private const long LeastRoom = 256 << 10;

    private const string Full = "The disk under the data folder is full, or its quota is used up: make room.";

    private const string Failing = "The disk under the data folder takes no writes (is it mounted read-only?): look after it.";

    /// <summary>True when SQLite could not write for want of a disk that takes it, rather than by a mistake of ours.</summary>
    public static bool IsAtFault(SqliteException error) =>
        error.SqliteErrorCode is SQLITE_FULL or SQLITE_IOERR or SQLITE_READONLY or SQLITE_CANTOPEN;

    /// <summary>True when there was no room.</summary>
    public static bool IsFull(SqliteException error) => error.SqliteErrorCode == SQLITE_FULL;

    /// <summary>What is wrong, and what to do.</summary>
    public static string Explain(SqliteException error) => IsFull(error) ? Full : Failing;

    /// <summary>False when not even a commit would fit.</summary>
    public static bool HasRoom(string database) => new DriveInfo(Path.GetDirectoryName(database)!).AvailableFreeSpace >= LeastRoom;

    /// <summary>Looks without writing into the database.</summary>
    /// <returns>What is wrong, and what to do; null when the disk takes writes.</returns>
    public static string? Look(string database)
    {
        var folder = Path.GetDirectoryName(database)!;
        try
        {
            if (!HasRoom(database))
            {
                return Full;
            }

            using var trial = new FileStream(
                Path.Combine(folder, $".health-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}"), FileMode.Create, FileAccess.Write, FileShare.None, 1,
                FileOptions.DeleteOnClose);
            return null;
        }
        catch (IOException error)
        {
            return DiskErrors.IsFull(error) ? Full : Failing;
        }
        catch (UnauthorizedAccessException)
        {
            return Failing;
        }
    }
}
