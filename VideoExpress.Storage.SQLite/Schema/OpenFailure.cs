using System.Globalization;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace VideoExpress.Storage.SQLite.Schema;

/// <summary>Sentences for a file that cannot be opened: what is the matter, and what to do. SQLite's codes stay.</summary>
internal static class OpenFailure
{
    public static SqliteException Damaged(string path, string finding) => new(DamageOf(path, finding), SQLITE_CORRUPT);

    /// <summary>Where a file may only be read, SQLite opens it for that without a word.</summary>
    public static void RefuseReadOnly(SqliteConnection connection, string path)
    {
        if (sqlite3_db_readonly(connection.Handle, "main") == 1)
        {
            throw new SqliteException(NotWritable(path), SQLITE_READONLY);
        }
    }

    /// <summary>The same failure with a message that says what to do; as it is, when there is nothing to add.</summary>
    public static SqliteException Explain(string path, SqliteException failure)
    {
        var sentence = failure.SqliteErrorCode switch
        {
            _ when failure.Message.StartsWith('\'') => null, // one of ours
            SQLITE_CORRUPT or SQLITE_NOTADB => DamageOf(path, failure.Message),
            SQLITE_CANTOPEN or SQLITE_READONLY or SQLITE_PERM or SQLITE_AUTH => NotWritable(path),
            SQLITE_FULL => $"There is no room on the disk of '{path}'. Make room, or use a file on another disk.",
            SQLITE_BUSY or SQLITE_LOCKED =>
                $"'{path}' is locked by another program, such as a database browser that is writing. End what it does there, and start again.",
            SQLITE_IOERR => string.Create(CultureInfo.InvariantCulture,
                $"'{path}' could not be read or written (SQLite error {failure.SqliteExtendedErrorCode}). Is its disk full, failing, or gone?"),
            _ => null,
        };
        return sentence is null ? failure : new SqliteException(sentence, failure.SqliteErrorCode, failure.SqliteExtendedErrorCode);
    }

    // A log that stays behind would be replayed into the backup and spoil it.
    private static string DamageOf(string path, string finding) =>
        $"'{path}' is damaged or no SQLite database, and was not touched. Move it away together with '{path}-wal' and '{path}-shm' " +
        $"if they are there, put a backup in its place, or use another file. SQLite says: {finding.ReplaceLineEndings(" ")}";

    private static string NotWritable(string path) =>
        $"'{path}' cannot be opened for writing. This user needs to write to the file, to its folder, and to '{path}-wal' and '{path}-shm' " +
        $"if they are there; and it must not be on a read-only disk.";
}
