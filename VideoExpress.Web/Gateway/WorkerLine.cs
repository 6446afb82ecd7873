using System.Text.RegularExpressions;

namespace VideoExpress.Web.Gateway;

/// <summary>Reads a line that the local worker printed.</summary>
internal static partial class WorkerLine
{
    /// <summary>The level that the line begins with, after a time or not, as Python's logging writes it; null when it says none.</summary>
    public static LogLevel? LevelOf(string line) => Level().Match(line).Groups[1].Value switch
    {
        "DEBUG" or "TRACE" => LogLevel.Debug,
        "INFO" => LogLevel.Information,
        "WARN" or "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "CRITICAL" or "FATAL" => LogLevel.Critical,
        _ => null,
    };

    /// <summary>
    /// What the line says: without its time and level, which our log has anyway, and without the queries of its URLs, which sign, and
    /// so open, what lies in the store.
    /// </summary>
    public static string TextOf(string line) => Query().Replace(Level().Replace(line, ""), "$1?…");

    [GeneratedRegex(@"^(?:\d{4}-\d\d-\d\d[ T][\d:.,]+Z? )?\[?(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\b\]?:? ?")]
    private static partial Regex Level();

    [GeneratedRegex(@"(https?://[^\s?""']+)\?[^\s""']+")]
    private static partial Regex Query();
}
