using VideoExpress.Jobs.Store;
using VideoExpress.Web.Commands.Backup;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Restore;

/// <summary>Fills an empty data folder from a backup that was examined.</summary>
internal sealed class RestoreRun(CommandCall call, DataFolder data, BackupFolder folder, Manifest manifest)
{
    private readonly List<(string Key, string Reason)> _missing = [];

    /// <summary>Copies keys, files and database, or looks into the bucket for the files; tells what of the backup is missing.</summary>
    /// <exception cref="CommandException">A copy is not what the backup has; run it again.</exception>
    public async Task<IReadOnlyList<(string Key, string Reason)>> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var key in manifest.Keys)
        {
            await CopyAsync(key, Path.Combine(data.Root, key.Path), cancellationToken);
        }

        DataFolder.MakePrivate(data.Store);
        using var store = StoreAtHand.Open(call.Settings.Store, data, call.Time);
        if (manifest.Store.Bucket is null)
        {
            await CopyAsync(manifest.Objects, folder.Published(call.Time), store.Objects, cancellationToken);
            await CopyAsync(manifest.Own, folder.Own(manifest.Folder, call.Time), store.Objects, cancellationToken);
        }
        else
        {
            await LookAsync(store.Objects, cancellationToken);
        }

        await CopyAsync(manifest.Database, data.Database, cancellationToken);
        return _missing;
    }

    private async Task CopyAsync(ManifestFile file, string target, CancellationToken cancellationToken)
    {
        DataFolder.MakePrivate(Path.GetDirectoryName(target)!);
        if (await PrivateFile.CopyAsync(folder.PathOf(manifest.Folder, file.Path), target, file.Path, cancellationToken) != file)
        {
            throw new CommandException($"{target} is not what the backup has: it was changed meanwhile, or the disk fails. Restore again.");
        }
    }

    private async Task CopyAsync(
        IReadOnlyList<ManifestObject> objects, FolderStore backup, IObjectStore store, CancellationToken cancellationToken)
    {
        foreach (var wanted in objects)
        {
            var key = StoreKey.Parse(wanted.Key);
            var there = await backup.StatAsync(key, cancellationToken);
            await using var content = await backup.OpenReadAsync(key, cancellationToken);
            if (there is null || content is null || there.Length != wanted.Bytes)
            {
                _missing.Add((wanted.Key, "is not in the backup any more, or has another length"));
                continue;
            }

            var copied = await store.PutAsync(key, content, new NewObject(wanted.Bytes, there.ContentType!), cancellationToken);
            if (copied != wanted.Sha256)
            {
                await store.DeleteAsync(key, cancellationToken);
                _missing.Add((wanted.Key, "is damaged in the backup: its sha256 is another"));
            }
        }
    }

    private async Task LookAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var lengths = await BucketListing.ReadAsync(store, manifest.Objects.Select(wanted => wanted.Key), cancellationToken);
        _missing.AddRange(manifest.Objects
            .Where(wanted => lengths.GetValueOrDefault(wanted.Key, -1) != wanted.Bytes)
            .Select(wanted => (wanted.Key, lengths.ContainsKey(wanted.Key) ? "has another length in the bucket" : "is not in the bucket")));
    }
}
