using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Backup;

/// <summary>The making of one backup: whole, or none.</summary>
internal sealed class BackupRun
{
    private readonly CommandCall _call;
    private readonly DataFolder _data;
    private readonly BackupFolder _folder;
    private readonly DateTimeOffset _now;
    private readonly string _name;

    /// <summary>A backup of <paramref name="data"/> into <paramref name="folder"/>, as of now.</summary>
    public BackupRun(CommandCall call, DataFolder data, BackupFolder folder)
    {
        (_call, _data, _folder, _now) = (call, data, folder, call.Time.GetUtcNow());
        _name = BackupFolder.NameAt(_now);
    }

    /// <summary>Copies all of it; the one before is replaced at the very end.</summary>
    /// <exception cref="CommandException">It cannot be made; the one before is as it was.</exception>
    public async Task RunAsync(ObjectBackup files, CancellationToken cancellationToken)
    {
        _folder.Published(_call.Time).ClearLeftovers();
        DataFolder.MakePrivate(_folder.PathOf(_name, ""));
        Manifest manifest;
        try
        {
            manifest = await FillAsync(files, cancellationToken);
            await _folder.WriteManifestAsync(manifest, cancellationToken);
        }
        catch
        {
            Directory.Delete(_folder.PathOf(_name, ""), recursive: true);
            throw;
        }

        await _folder.PruneAsync(manifest, _call.Time, cancellationToken);
    }

    private async Task<Manifest> FillAsync(ObjectBackup files, CancellationToken cancellationToken)
    {
        var keys = await KeyFiles.CopyAsync(_data.Root, path => _folder.PathOf(_name, path), cancellationToken);
        await RefuseAnotherAsync(keys, cancellationToken);
        var database = await CopyDatabaseAsync(_folder.PathOf(_name, ProductDatabase.FileName), cancellationToken);
        var named = ProductDatabase.Files(_folder.PathOf(_name, ProductDatabase.FileName));
        _call.Output.Line($"The database ({database.Bytes >> 10} KiB) names {named.Published.Count} files, {named.Published.Sum(file => file.Bytes ?? 0) >> 20} MiB.");
        if (_call.Settings.Store.Bucket is null)
        {
            await files.CopyAsync(_name, named, cancellationToken);
        }
        else
        {
            await files.LookAsync(named, cancellationToken);
        }

        return new Manifest
        {
            Format = Manifest.CurrentFormat,
            Version = typeof(BackupRun).Assembly.GetName().Version!.ToString(3),
            CreatedAt = _now,
            Store = ManifestStore.Of(_call.Settings.Store),
            Folder = _name,
            Database = database,
            Keys = keys,
            Objects = files.Objects,
            Own = files.Own,
            Missing = [.. files.Missing.Select(missing => missing.Key)],
        };
    }

    /// <summary>A server that has lost its data makes itself new keys: its backup must not replace the one that it needs.</summary>
    private async Task RefuseAnotherAsync(IReadOnlyList<ManifestFile> keys, CancellationToken cancellationToken)
    {
        var before = (await _folder.ReadManifestAsync(cancellationToken))?.Keys ?? [];
        var other = before.FirstOrDefault(old => keys.Any(key => key.Path == old.Path && key.Sha256 != old.Sha256));
        if (other is not null)
        {
            throw new CommandException(
                $"{_folder.Root} holds the backup of another data folder ({other.Path} differs), which is left as it is. Choose another folder.");
        }
    }

    private async Task<ManifestFile> CopyDatabaseAsync(string target, CancellationToken cancellationToken)
    {
        await ProductDatabase.CopyAsync(_data.Database, target, cancellationToken);
        await Task.Run(() => ProductDatabase.Check(target, cancellationToken), cancellationToken);
        return await PrivateFile.ReadAsync(target, ProductDatabase.FileName, cancellationToken);
    }
}
