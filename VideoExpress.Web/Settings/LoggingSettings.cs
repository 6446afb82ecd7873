using System.ComponentModel.DataAnnotations;
using Serilog.Events;

namespace VideoExpress.Web.Settings;

/// <summary>The configuration section <c>Logging</c>: a readable console, and JSON lines in the data folder.</summary>
internal sealed record LoggingSettings
{
    /// <summary>The quietest line that is written. Default: Information; Debug adds a line for every request.</summary>
    public LogEventLevel Level { get; init; } = LogEventLevel.Information;

    /// <summary>A log file is closed and a new one begun at this size, in bytes, and every day. Default: 32 MiB.</summary>
    [Range(64 << 10, 1L << 30)]
    public long FileBytes { get; init; } = 32L << 20;

    /// <summary>How many log files are kept. Default: 14.</summary>
    [Range(1, 1000)]
    public int Files { get; init; } = 14;
}
