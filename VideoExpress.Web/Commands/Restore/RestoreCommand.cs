using System.Globalization;
using VideoExpress.Storage.SQLite;
using VideoExpress.Web.Commands.Backup;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Restore;

/// <summary><c>restore DIR</c>: makes a data folder of a backup.</summary>
internal static class RestoreCommand
{
    private const string Replace = "replace";

    public static Command Command { get; } = new("restore", "makes the data folder of a backup; what is there is set aside with --replace", RunAsync)
    {
        Parameters = ["DIR"],
        Options = [$"--{Replace}"],
    };

    private static async Task<int> RunAsync(CommandCall call, CancellationToken cancellationToken)
    {
        var folder = new BackupFolder(call.Values[0]);
        var manifest = await folder.ReadManifestAsync(cancellationToken)
            ?? throw new CommandException($"{folder.Root} holds no whole backup: there is no manifest.json in it.");
        RefuseAnotherStore(manifest.Store, ManifestStore.Of(call.Settings.Store));
        await BackupExamination.RunAsync(folder, manifest, cancellationToken);
        call.Output.Line($"The backup of {manifest.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC: {manifest.Objects.Count + manifest.Own.Count} files.");

        var data = DataFolder.Of(call.Settings.Host);
        var target = new RestoreTarget(data, call.Time);
        using var owned = Own(data);
        if (target.MakeRoom(call.Options.ContainsKey(Replace)) is { } aside)
        {
            call.Output.Line($"What was there is now {aside}");
        }

        var missing = await FillAsync(new RestoreRun(call, data, folder, manifest), call, data, cancellationToken);
        target.Finish();
        Tell(call, data, manifest, missing);
        return missing.Count == 0 ? 0 : 1;
    }

    private static async Task<IReadOnlyList<(string Key, string Reason)>> FillAsync(
        RestoreRun run, CommandCall call, DataFolder data, CancellationToken cancellationToken)
    {
        try
        {
            return await run.RunAsync(cancellationToken);
        }
        catch
        {
            call.Output.Line($"{data.Root} is not whole now, and no server starts on it. Run the restore again.");
            throw;
        }
    }

    private static void RefuseAnotherStore(ManifestStore then, ManifestStore now)
    {
        if (then.Bucket is null != now.Bucket is null)
        {
            throw new CommandException(then.Bucket is null
                ? "The files of this backup were in the local folder, but the settings name a bucket: restore without Store:Bucket (S3_BUCKET)."
                : $"The files of this backup are in the bucket \"{then.Bucket}\" at {then.Endpoint}: set S3_BUCKET and what belongs to it, then restore.");
        }
    }

    /// <summary>Until it is disposed of no server starts on the database; one that runs is named.</summary>
    private static IDisposable? Own(DataFolder data) =>
        Directory.Exists(Path.GetDirectoryName(data.Database)) ? SQLiteStorageFile.Claim(data.Database) : null;

    private static void Tell(CommandCall call, DataFolder data, Manifest manifest, IReadOnlyList<(string Key, string Reason)> missing)
    {
        foreach (var key in manifest.Lacking)
        {
            call.Output.Line($"{call.Output.Paint("known", CommandOutput.Yellow)}    {key}: was missing already when the backup was made");
        }

        foreach (var (key, reason) in missing)
        {
            call.Output.Line($"{call.Output.Paint("missing", CommandOutput.Red)}  {key}: {reason}");
        }

        var unfinished = ProductDatabase.Unfinished(data.Database);
        call.Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Restored to {data.Root}. Start the server: {unfinished} unfinished jobs go on. Never beside the one that was backed up: both would drive the same jobs."));
    }
}
