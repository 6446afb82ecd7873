using System.Globalization;

namespace VideoExpress.Storage.SQLite;

/// <summary>The file is already open in another <see cref="SQLiteStorage"/>, of this or another process. Nothing was touched.</summary>
public sealed class SQLiteStorageInUseException : IOException
{
    internal SQLiteStorageInUseException(string path, int? ownerProcessId, Exception inner)
        : base(Describe(path, ownerProcessId), inner)
    {
        Path = path;
        OwnerProcessId = ownerProcessId;
    }

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <summary>The process that has it open, if it could be told.</summary>
    public int? OwnerProcessId { get; }

    private static string Describe(string path, int? owner)
    {
        var process = owner is { } pid ? "process " + pid.ToString(CultureInfo.InvariantCulture) : "another process";
        return $"'{path}' is in use by {process}. One process owns the file: stop that one first, or use another file.";
    }
}
