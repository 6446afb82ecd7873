using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace VideoExpress.Web.Hosting;

/// <summary>Says why the server could not start, and what to do.</summary>
internal static class StartFailure
{
    // ENOSPC and EDQUOT, which .NET passes on as the HResult, and Windows' ERROR_DISK_FULL.
    private static readonly int[] DiskFull = [28, 122, unchecked((int)0x80070070)];

    /// <summary>What the host logs of a failed start: a trace of what <see cref="Explain"/> says in a sentence.</summary>
    public const string LoggedByTheHost = "Hosting failed to start";

    /// <summary>A sentence for what an operator can mend; for a mistake of ours, all there is.</summary>
    public static string Explain(Exception exception) => exception switch
    {
        IOException error when DiskFull.Contains(error.HResult) =>
            $"VideoExpress could not start: the disk is full ({error.Message}). Make room there, or choose a folder on another disk with --data.",
        { InnerException: AddressInUseException } =>
            $"{Address(exception)} is in use by another program; stop that one, or choose another address with --urls.",
        UnauthorizedAccessException => $"VideoExpress could not start: {exception.Message} Choose a folder that this user may write to with --data.",
        NullReferenceException or ArgumentException or InvalidCastException or TypeLoadException =>
            $"VideoExpress could not start, by a mistake of its own: {exception}",
        _ => $"VideoExpress could not start: {exception.Message}",
    };

    /// <summary>What to say of the SQLite file at <paramref name="path"/> that cannot be opened.</summary>
    public static IOException OfDatabase(string path, SqliteException error) => new(error.SqliteErrorCode switch
    {
        SQLITE_FULL => DiskIsFull(path),
        _ when !DatabaseDisk.HasRoom(path) => DiskIsFull(path), // SQLite calls some of it an I/O error
        SQLITE_CORRUPT or SQLITE_NOTADB =>
            $"{path} is not a whole SQLite database. Move it away and put a backup in its place, or choose another folder with --data.",
        SQLITE_CANTOPEN or SQLITE_READONLY or SQLITE_PERM =>
            $"the database {path} cannot be opened for writing. Give this user the file and its folder, or choose another folder with --data.",
        _ => $"the database {path} cannot be opened (SQLite error {error.SqliteExtendedErrorCode}). Look after its disk, or choose another folder with --data.",
    }, error);

    private static string DiskIsFull(string path) =>
        $"the disk of {Path.GetDirectoryName(path)} is full. Make room there, or choose a folder on another disk with --data.";

    // "Failed to bind to address http://127.0.0.1:8000: address already in use."
    private static string Address(Exception exception) =>
        exception.Message.Split(' ').FirstOrDefault(word => word.StartsWith("http", StringComparison.Ordinal))?.TrimEnd(':') ?? "The address";
}
