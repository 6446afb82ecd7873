using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage;

/// <summary>The file of a storage, in the hands of somebody who does not own it.</summary>
public sealed class StorageFileTests : SQLiteTest
{
    private string Copy => FilePath + ".copy";

    [Fact]
    public async Task ACopy_HasWhatIsOnlyInTheLog_AndTheOwnerGoesOn()
    {
        CreateFilmTable();
        AddFilm("Stalker");
        Assert.True(new FileInfo(FilePath + "-wal").Length > 0);

        await SQLiteStorageFile.CopyAsync(FilePath, Copy);
        AddFilm("Solaris");

        Assert.Equal(1L, SQLiteStorageFile.Read(Copy, Films));
        Assert.Equal(2L, SQLiteStorageFile.Read(FilePath, Films));
    }

    [Fact]
    public async Task ACopyOfAFileWhoseOwnerWasKilled_HasItsLog_AndChangesNeither()
    {
        CreateFilmTable();
        AddFilm("Stalker");
        using var folder = new TempFolder();
        var path = folder.File("left.db");
        File.Copy(FilePath, path);
        File.Copy(FilePath + "-wal", path + "-wal");
        var before = (Hash(path), Hash(path + "-wal"));

        await SQLiteStorageFile.CopyAsync(path, folder.File("copy.db"));
        SQLiteStorageFile.Check(path);

        Assert.Equal(1L, SQLiteStorageFile.Read(folder.File("copy.db"), Films));
        Assert.Equal(before, (Hash(path), Hash(path + "-wal")));
    }

    [Fact]
    public void AClaim_IsRefusedWhileAStorageHasTheFile_AndKeepsOneFromOpeningIt()
    {
        var refused = Assert.Throws<SQLiteStorageInUseException>(() => SQLiteStorageFile.Claim(FilePath));
        Assert.Equal(Environment.ProcessId, refused.OwnerProcessId);

        var other = FilePath + "2";
        using (SQLiteStorageFile.Claim(other))
        {
            Assert.Throws<SQLiteStorageInUseException>(() => new SQLiteStorage(other));
        }

        using var storage = new SQLiteStorage(other);
    }

    [Fact]
    public async Task Check_TellsDamage_ANewerVersion_AndTheLackOfAFile()
    {
        CreateFilmTable();
        await Storage.BackUpAsync(Copy);
        SQLiteStorageFile.Check(Copy);

        Change("insert into hangfire_schema values (99, 0)");
        Assert.Contains("newer version", Assert.Throws<InvalidOperationException>(() => SQLiteStorageFile.Check(Copy)).Message, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(Copy);
        bytes.AsSpan(4096).Fill(0x55);
        await File.WriteAllBytesAsync(Copy, bytes);
        Assert.Contains("damaged", Assert.Throws<SqliteException>(() => SQLiteStorageFile.Check(Copy)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => SQLiteStorageFile.Check(FilePath + "3"));
        Assert.False(File.Exists(FilePath + "3"));
    }

    [Fact]
    public void ACancelledCheck_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => SQLiteStorageFile.Check(FilePath, cancelled.Token));
    }

    private static long Films(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from films";
        return (long)command.ExecuteScalar()!;
    }

    private static string Hash(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private void AddFilm(string title)
    {
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, $"insert into films (title) values ('{title}')");
        unit.Commit();
    }

    private void Change(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Copy, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
