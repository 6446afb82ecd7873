using VideoExpress.Web.Commands.Backup;

namespace VideoExpress.Web.Commands.Restore;

/// <summary>Looks at a backup before anything is touched: what a server cannot start without must be whole.</summary>
internal static class BackupExamination
{
    /// <exception cref="CommandException">Database or keys are damaged or missing, or of a newer version.</exception>
    public static async Task RunAsync(BackupFolder folder, Manifest manifest, CancellationToken cancellationToken)
    {
        foreach (var part in new[] { "", manifest.Folder, Path.Combine(manifest.Folder, "keys") })
        {
            folder.RefuseLinks(part);
        }

        foreach (var file in manifest.Keys.Append(manifest.Database))
        {
            var path = folder.PathOf(manifest.Folder, file.Path);
            if (!File.Exists(path) || await PrivateFile.ReadAsync(path, file.Path, cancellationToken) != file)
            {
                throw new CommandException($"{path} is damaged or missing: its sha256 is not that of the manifest. Use another backup.");
            }
        }

        var database = folder.PathOf(manifest.Folder, manifest.Database.Path);
        await Task.Run(() => ProductDatabase.Check(database, cancellationToken), cancellationToken);
    }
}
