using System.Text;
using VideoExpress.Jobs.Store.Folder;
using VideoExpress.Web.Commands.Backup;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Restore;

/// <summary>
/// The data folder that is to be filled. While <see cref="DataFolder.RestoreMark"/> lies in it, no server starts on it: a restore that is
/// interrupted at any moment leaves what was set aside, a folder that is refused, or a whole one.
/// </summary>
internal sealed class RestoreTarget(DataFolder data, TimeProvider time)
{
    // What the mark says. Only in a folder that is being filled is everything ours, to be removed and made anew.
    private const string Filling = "filling";
    private const string SettingAside = "setting aside";

    private readonly string[] _database = [data.Database, data.Database + "-wal", data.Database + "-shm"];
    private readonly string[] _ownership = [data.Database + ".lock", data.Database + ".pid"];

    private string Mark => Path.Combine(data.Root, DataFolder.RestoreMark);

    /// <summary>Leaves an empty folder with the mark in it; what was there is set aside.</summary>
    /// <param name="replace">Consent to that.</param>
    /// <returns>Where it is now; null when there was nothing.</returns>
    /// <exception cref="CommandException">There is something, and no consent; or it cannot be set aside.</exception>
    public string? MakeRoom(bool replace)
    {
        var aside = $"{data.Root}.before-restore-{BackupFolder.NameAt(time.GetUtcNow())}";
        if (File.Exists(Mark) && File.ReadAllText(Mark) == Filling)
        {
            Entries().ToList().ForEach(Delete);
            return null;
        }

        var isEmpty = !Entries().Any() && !_database.Any(File.Exists);
        if (!isEmpty && !replace)
        {
            throw new CommandException($"{data.Root} is not empty. With --replace it is set aside as {aside}, and then made anew.");
        }

        var moved = isEmpty ? null : SetAside(aside);
        DataFolder.MakePrivate(data.Root);
        WriteMark(Filling);
        return moved;
    }

    /// <summary>From here on a server may start on it.</summary>
    public void Finish()
    {
        DirectorySync.Flush(Path.GetDirectoryName(data.Database)!);
        DirectorySync.Flush(data.Root);
        File.Delete(Mark);
        DirectorySync.Flush(data.Root);
    }

    /// <summary>Moves all of it, or nothing.</summary>
    private string SetAside(string aside)
    {
        // That of a restore which was killed in here stays when this one fails: what it moved is not back yet.
        var wasMarked = File.Exists(Mark);
        Stack<(string From, string To)> moved = [];
        try
        {
            // The mark first, so that no server starts between the moves; it comes along, and goes from there at the end.
            DataFolder.MakePrivate(data.Root);
            WriteMark(SettingAside);
            foreach (var file in _database.Where(file => File.Exists(file) && !IsInside(file)))
            {
                var to = file + Path.GetFileName(aside)[Path.GetFileName(data.Root).Length..];
                File.Move(file, to);
                moved.Push((file, to));
            }

            Directory.Move(data.Root, aside);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            MoveBack(moved, error);
            if (!wasMarked)
            {
                File.Delete(Mark);
            }

            throw new CommandException(
                $"{data.Root}{(moved.Count > 0 ? $" and {data.Database}" : "")} cannot be set aside ({error.Message}), perhaps since it is the root "
                + "of a disk or volume. All is where it was. Move away what is there by yourself, also the database, then restore into the empty folder.",
                error);
        }

        File.Delete(Path.Combine(aside, DataFolder.RestoreMark));
        return string.Join(" and ", moved.Select(file => file.To).Append(aside));
    }

    /// <summary>Where that fails, the mark stays: a server would make an empty database.</summary>
    private static void MoveBack(IEnumerable<(string From, string To)> moved, Exception reason)
    {
        foreach (var (from, to) in moved)
        {
            try
            {
                File.Move(to, from);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(
                    $"{from} was moved to {to}, and cannot be moved back ({error.Message}): do that by yourself. Nothing else was set aside: {reason.Message}", error);
            }
        }
    }

    private void WriteMark(string text)
    {
        using (var file = PrivateFile.Create(Mark))
        {
            file.Write(Encoding.ASCII.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        DirectorySync.Flush(data.Root);
    }

    /// <summary>What is in the folder, without what a volume has of its own and our claim on the database.</summary>
    private IEnumerable<string> Entries() => !Directory.Exists(data.Root)
        ? []
        : Directory.EnumerateFileSystemEntries(data.Root).Where(path => path != Mark && Path.GetFileName(path) != "lost+found" && !_ownership.Contains(path));

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private bool IsInside(string path) => path.StartsWith(data.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
