using System.ComponentModel.DataAnnotations;

namespace VideoExpress.Web.Settings;

/// <summary>The configuration section <c>Hangfire</c>: who executes the steps.</summary>
internal sealed record HangfireSettings
{
    /// <summary>Quick steps (submit, poll, cancel) executed at once. Default: 4, since no step waits for a GPU.</summary>
    [Range(1, 100)]
    public int Workers { get; init; } = 4;

    /// <summary>Uploads and stitches executed at once. Default: 2, since FFmpeg uses every core by itself.</summary>
    [Range(1, 100)]
    public int MediaWorkers { get; init; } = 2;
}
