using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Hangfire.States;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Storage.SQLite.Schema;
using static SQLitePCL.raw;

namespace VideoExpress.Tests.Storage;

/// <summary>What is no file of ours to write to is refused with a sentence that says what to do, and left as it is to the last byte.</summary>
public sealed class RefusedFileTests : SQLiteTest
{
    private const int PageSize = 4096;

    /// <summary>The folder of the copies that are opened and refused.</summary>
    private string Folder => Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(FilePath)!, "copies")).FullName;

    private string Copy => Path.Combine(Folder, "copy.db");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ANewerFile_IsRefused_AndNotTouched(bool killed)
    {
        using (var unit = Storage.BeginUnitOfWork())
        {
            Execute(unit, "insert into hangfire_schema values (99, 0)");
            unit.Commit();
        }

        CopyFile(killed);

        var refused = AssertRefusedUntouched<InvalidOperationException>();
        Assert.Contains("99", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Damage.NoDatabase, false)]
    [InlineData(Damage.NoDatabase, true)]
    [InlineData(Damage.Truncated, false)]
    [InlineData(Damage.Truncated, true)]
    [InlineData(Damage.GarbageInTheMiddle, false)]
    [InlineData(Damage.GarbageInTheMiddle, true)]
    [InlineData(Damage.PageOfOurs, false)]
    [InlineData(Damage.PageOfOurs, true)]
    // With a log the schema's page is in it, and whole.
    [InlineData(Damage.Schema, false)]
    public void ADamagedFile_IsRefused_AndNotTouched(Damage damage, bool killed)
    {
        Fill();
        var page = Ask<long>("select rootpage from sqlite_master where name = 'hangfire_state'");
        CopyFile(killed);
        Do(damage, page);

        var refused = AssertRefusedUntouched<SqliteException>();

        Assert.Contains(refused.SqliteErrorCode, new[] { SQLITE_CORRUPT, SQLITE_NOTADB });
        Assert.Contains($"'{Copy}' is damaged", refused.Message, StringComparison.Ordinal);
        Assert.Contains("put a backup in its place", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASoundFile_OfAKilledProcess_IsTaken_WithWhatIsInItsLogOnly()
    {
        Fill();
        CopyFile(killed: true);

        using var storage = new SQLiteStorage(Copy);
        Assert.Equal(Ask<long>("select max(id) from hangfire_job"), storage.Read(connection => Scalar(connection, "select max(id) from hangfire_job")));
    }

    [Fact]
    public void ALog_WhoseFileIsMissing_IsKept()
    {
        CreateJobIn(new EnqueuedState());
        CopyFile(killed: true);
        File.Delete(Copy);

        var refused = AssertRefusedUntouched<SqliteException>();
        Assert.Contains("is missing or empty", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnApplicationsFile_MayNeedFunctionsThatOnlyTheApplicationHas()
    {
        CopyFile(killed: false);
        using (var connection = Open(Copy))
        {
            connection.CreateFunction("is_title", (string title) => title.Length > 0, isDeterministic: true);
            Scalar(connection, "create table films (title text check (is_title(title))); insert into films values ('Stalker')");
        }

        using (var storage = new SQLiteStorage(Copy))
        {
            Assert.Equal("Stalker", storage.Read(connection => Scalar(connection, "select title from films")));
        }

        var page = Ask<long>("select rootpage from sqlite_master where name = 'hangfire_state'");
        Do(Damage.PageOfOurs, page);
        AssertRefusedUntouched<SqliteException>();
    }

    [Fact]
    public void ADatabaseBrowser_ThatHasAKilledProcesssFileOpen_IsNoObstacle()
    {
        Fill();
        CopyFile(killed: true);
        using var browser = Open(Copy);
        Scalar(browser, "select count(*) from hangfire_job");

        using var storage = new SQLiteStorage(Copy);
        Assert.NotEqual(0L, storage.Read(connection => Scalar(connection, "select count(*) from hangfire_job")));
    }

    [Fact]
    public void AnApplicationsFile_WhoseTransactionWasTorn_IsRolledBack()
    {
        using (var connection = Open(FilePath + ".app"))
        {
            Scalar(connection, "pragma cache_size = 2; create table films (title text)");
            Scalar(connection, "with recursive n(i) as (values (1) union all select i + 1 from n where i < 3000) "
                + "insert into films select printf('%0200d', i) from n");
            Scalar(connection, "begin immediate");
            // More than the cache holds, so the file is half changed now and its journal says how it was.
            Scalar(connection, "update films set title = 'torn'");
            File.Copy(FilePath + ".app", Copy);
            File.Copy(FilePath + ".app-journal", Copy + "-journal");
        }

        using var storage = new SQLiteStorage(Copy);
        Assert.Equal(0L, storage.Read(read => Scalar(read, "select count(*) from films where title = 'torn'")));
        Assert.Equal("ok", storage.Read(read => Scalar(read, "pragma integrity_check")));
    }

    [Fact]
    public void AFolder_InPlaceOfTheFile_IsRefused()
    {
        Directory.CreateDirectory(Copy);

        Assert.Contains("is a folder", Assert.Throws<IOException>(() => new SQLiteStorage(Copy)).Message, StringComparison.Ordinal);
        Assert.Equal([Copy], Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public void AFile_InPlaceOfTheFolder_IsRefused()
    {
        File.WriteAllText(Path.Combine(Folder, "file"), "x");

        var refused = Assert.Throws<IOException>(() => new SQLiteStorage(Path.Combine(Folder, "file/hangfire.db")));
        Assert.Contains($"'{Path.Combine(Folder, "file")}' is a file", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [UnsupportedOSPlatform("windows")]
    public void AFile_ThatThisUserMayNotWrite_IsRefused_AndNotTouched(bool killed)
    {
        CopyFile(killed);
        Allow(Folder, "rwxrwxrwx");
        foreach (var file in Directory.GetFiles(Folder))
        {
            Allow(file, "r--r--r--");
        }

        var before = Bytes();
        var refused = AsOrdinaryUser<SqliteException>(() => new SQLiteStorage(Copy).Dispose());

        Assert.Contains($"'{Copy}' cannot be opened for writing", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Bytes());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void AFolder_ThatThisUserMayNotWrite_IsRefused()
    {
        Allow(Folder, "r-xr-xr-x");

        var refused = AsOrdinaryUser<UnauthorizedAccessException>(() => new SQLiteStorage(Copy).Dispose());
        Assert.Contains("needs to write to the folder", refused.Message, StringComparison.Ordinal);
        AsOrdinaryUser<UnauthorizedAccessException>(() => new SQLiteStorage(Path.Combine(Folder, "deeper/hangfire.db")).Dispose());
        Allow(Folder, "rwxrwxrwx");
    }

    /// <summary>Some hundred pages in the file, and in the log what came later.</summary>
    private void Fill()
    {
        Commit(transaction =>
        {
            for (var number = 0; number < 1000; number++)
            {
                var id = transaction.CreateJob(AJob(), None, Now(), TimeSpan.FromHours(1));
                transaction.SetJobState(id, new EnqueuedState { Reason = new string('x', 500) });
            }
        });
        using (var connection = Open(FilePath))
        {
            Scalar(connection, "pragma wal_checkpoint(truncate)");
        }

        CreateJobIn(new EnqueuedState());
    }

    /// <summary>As a killed process leaves its files, or as one does that ended well.</summary>
    private void CopyFile(bool killed)
    {
        if (!killed)
        {
            using var connection = Open(FilePath);
            Scalar(connection, "pragma wal_checkpoint(truncate)");
            File.Copy(FilePath, Copy);
            return;
        }

        foreach (var suffix in new[] { "", "-wal", "-shm" })
        {
            File.Copy(FilePath + suffix, Copy + suffix);
        }
    }

    private void Do(Damage damage, long page)
    {
        using var file = new FileStream(Copy, FileMode.Open);
        var garbage = new byte[file.Length / 4];
        new Random(20260101).NextBytes(garbage);
        switch (damage)
        {
            case Damage.NoDatabase:
                file.SetLength(0);
                file.Write(garbage);
                break;
            case Damage.Truncated:
                file.SetLength(file.Length / 2);
                break;
            case Damage.GarbageInTheMiddle:
                file.Position = file.Length / PageSize / 2 * PageSize;
                file.Write(garbage);
                break;
            case Damage.PageOfOurs:
                file.Position = (page - 1) * PageSize;
                file.Write(garbage.AsSpan(0, PageSize));
                break;
            case Damage.Schema:
                file.Position = 100;
                file.Write(garbage.AsSpan(0, PageSize - 100));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage));
        }
    }

    private T AssertRefusedUntouched<T>()
        where T : Exception
    {
        var before = Bytes();
        var refused = Assert.Throws<T>(() => new SQLiteStorage(Copy));
        Assert.Equal(before, Bytes());
        // It is free for whoever can read it.
        OwnerLock.Take(Copy).Dispose();
        return refused;
    }

    /// <summary>The file and what SQLite keeps beside it, each with all its bytes.</summary>
    private Dictionary<string, string> Bytes() => Directory.GetFiles(Folder)
        .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
        .ToDictionary(file => file, file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))));

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    [UnsupportedOSPlatform("windows")]
    private static void Allow(string path, string mode)
    {
        var bits = mode.Aggregate(0, (value, letter) => value << 1 | (letter == '-' ? 0 : 1));
        File.SetUnixFileMode(path, (UnixFileMode)bits);
    }

    /// <summary>Modes do not hold root back, so the thread gives up its rights to files, for itself alone and for ever.</summary>
    [UnsupportedOSPlatform("windows")]
    private T AsOrdinaryUser<T>(Action action)
        where T : Exception
    {
        Allow(Path.GetDirectoryName(FilePath)!, "rwx--x--x");
        Exception? caught = null;
        var thread = new Thread(() =>
        {
            _ = SetFileSystemUser(65534);
            caught = Record.Exception(action);
        });
        thread.Start();
        thread.Join();
        return Assert.IsType<T>(caught);
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileSystemUser(int user);

    public enum Damage
    {
        NoDatabase,
        Truncated,
        GarbageInTheMiddle,
        PageOfOurs,
        Schema,
    }
}
