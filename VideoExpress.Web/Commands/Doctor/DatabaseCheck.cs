using System.Runtime.CompilerServices;
using VideoExpress.Storage.SQLite;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>The SQLite file: whose it is, its version, and whether its pages are whole.</summary>
internal static class DatabaseCheck
{
    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = DataFolder.Of(subject.Settings.Host).Database;
        if (!File.Exists(path))
        {
            yield return Finding.Ok($"{path} is not there yet; the first start makes it");
            yield break;
        }

        yield return Owner(path);
        var versions = await Task.Run(() => ProductDatabase.Check(path, cancellationToken), cancellationToken);
        yield return Finding.Ok($"whole (quick_check), schema {versions}");
    }

    private static Finding Owner(string path)
    {
        try
        {
            SQLiteStorageFile.Claim(path).Dispose();
            return Finding.Ok($"{path} can be opened");
        }
        catch (SQLiteStorageInUseException inUse)
        {
            return Finding.Ok($"{path} is in use by a running server{(inUse.OwnerProcessId is { } pid ? $" (process {pid})" : "")}");
        }
    }
}
