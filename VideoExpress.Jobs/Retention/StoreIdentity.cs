using System.Text;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Retention;

/// <summary>
/// Tells the database's own store from an empty mount, another bucket and another server's store, by an object that holds the database's id.
/// To a removal the wrong store looks like one in which all is deleted already.
/// </summary>
internal sealed class StoreIdentity(SQLiteStorage storage, IObjectStore store, StoreSettings settings)
{
    /// <summary>The object with the id: text, without secrets. It is copied along when the files move.</summary>
    public static readonly StoreKey Key = StoreKey.Parse("videoexpress.txt");

    private const int LongestId = 100;

    private string Place => settings.Bucket is { } bucket ? $"the bucket \"{bucket}\"" : "the folder \"store\" in the data folder";

    /// <summary>
    /// Does nothing in the database's own store. One without an id gets it when the database has no files yet, or their oldest is there: the
    /// oldest, since those that are published into the wrong place are newer.
    /// </summary>
    /// <exception cref="StoreException">It is another store, and the message says what to do; or the store failed.</exception>
    public async Task RequireAsync(CancellationToken cancellationToken)
    {
        var id = storage.Read(connection => ((Db)connection).StoreId());
        var found = await ReadAsync(cancellationToken);
        if (found is null)
        {
            await RequireOldestAsync(id, cancellationToken);
            await TryWriteAsync(id, cancellationToken);
        }
        else if (found != id)
        {
            throw new StoreException(
                $"{Key} in {Place} names another database ({found}; this one is {id}), so nothing is removed there. Two servers cannot share a "
                + $"store: give each its own. If no other uses this one, write {id} into {Key}.",
                canHeal: true);
        }
    }

    private async Task RequireOldestAsync(string id, CancellationToken cancellationToken)
    {
        var oldest = storage.Read(connection => ((Db)connection).OldestFile());
        if (oldest is not null && await store.StatAsync(StoreKey.Parse(oldest), cancellationToken) is null)
        {
            throw new StoreException(
                $"{Place} does not have the files of this database: neither {Key} nor {oldest} is there, so nothing is removed. Is the disk mounted, "
                + $"and the bucket the right one? If the files have moved, bring {Key} along; if they are lost for good, put a file {Key} with "
                + $"the text {id} there.",
                canHeal: true);
        }
    }

    private async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        await using var content = await store.OpenReadAsync(Key, cancellationToken);
        if (content is null)
        {
            return null;
        }

        var start = new byte[LongestId];
        var length = await content.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(start, 0, length).Trim();
    }

    private async Task TryWriteAsync(string id, CancellationToken cancellationToken)
    {
        var content = Encoding.ASCII.GetBytes(id + "\n");
        try
        {
            await store.PutAsync(Key, new MemoryStream(content), new NewObject(content.Length, "text/plain"), cancellationToken);
        }
        catch (StoreException)
        {
            // A full disk takes nothing, and must be cleaned up all the same: the oldest file has shown that it is ours.
        }
    }
}
