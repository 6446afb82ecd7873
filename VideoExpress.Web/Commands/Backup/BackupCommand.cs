using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Backup;

/// <summary><c>backup DIR</c>: database, keys and files of this moment, while the server runs or not.</summary>
internal static class BackupCommand
{
    public static Command Command { get; } = new("backup", "copies database, keys and files into a folder, while the server runs or not", RunAsync)
    {
        Parameters = ["DIR"],
    };

    private static async Task<int> RunAsync(CommandCall call, CancellationToken cancellationToken)
    {
        var data = DataFolder.Of(call.Settings.Host);
        var folder = new BackupFolder(call.Values[0]);
        Refuse(data, folder);
        using var mine = folder.Open();
        using var store = StoreAtHand.Open(call.Settings.Store, data, call.Time);
        var files = new ObjectBackup(store.Objects, folder, await folder.ReadManifestAsync(cancellationToken), call.Time);
        await new BackupRun(call, data, folder).RunAsync(files, cancellationToken);
        Tell(call, folder, files);
        return files.Missing.Count == 0 ? 0 : 1;
    }

    private static void Refuse(DataFolder data, BackupFolder folder)
    {
        if (DataFolder.UnfinishedRestore(data.Root) is { } unfinished)
        {
            throw new CommandException($"There is nothing to back up: {unfinished}");
        }

        if (!File.Exists(data.Database))
        {
            throw new CommandException($"There is no database {data.Database}, so there is nothing to back up. Is it the right folder (--data)?");
        }

        if ((folder.Root + Path.DirectorySeparatorChar).StartsWith(data.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new CommandException($"{folder.Root} is in the data folder and would be lost with it. Choose a folder elsewhere, best on another disk.");
        }
    }

    private static void Tell(CommandCall call, BackupFolder folder, ObjectBackup files)
    {
        foreach (var (key, reason) in files.Missing)
        {
            call.Output.Line($"{call.Output.Paint("missing", CommandOutput.Red)}  {key}: {reason}");
        }

        call.Output.Line(call.Settings.Store.Bucket is { } bucket
            ? $"The {files.Objects.Count} files stay where they are, in the bucket \"{bucket}\"; the backup has the list of them. "
                + "Protect the bucket by its own means (versioning, replication)."
            : $"{files.Copied} files copied, {files.Objects.Count + files.Own.Count - files.Copied} were there.");
        call.Output.Line($"Backed up to {folder.Root}. Not in it: your settings (.env, appsettings.json). To bring it back: restore {folder.Root}");
    }
}
