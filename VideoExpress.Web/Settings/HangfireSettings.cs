using System.ComponentModel.DataAnnotations;

namespace VideoExpress.Web.Settings;

/// <summary>The configuration section <c>Hangfire</c>: who executes the steps.</summary>
internal sealed record HangfireSettings
{
    /// <summary>Steps executed at once. Default: 4, since a step waits for no GPU and a stitch uses every core by itself.</summary>
    [Range(1, 100)]
    public int Workers { get; init; } = 4;
}
