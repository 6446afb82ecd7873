using System.ComponentModel.DataAnnotations;

namespace VideoExpress.Jobs.Gpu;

/// <summary>The configuration section <c>RunPod:Types:NAME</c>: what one job type needs that the others do not.</summary>
public sealed record RunPodTypeSettings
{
    /// <inheritdoc cref="RunPodSettings.ExecutionTimeout"/>
    [Range(typeof(TimeSpan), "00:00:05", "7.00:00:00")]
    public TimeSpan? ExecutionTimeout { get; init; }

    /// <inheritdoc cref="RunPodSettings.TimeToLive"/>
    [Range(typeof(TimeSpan), "01:00:00", "7.00:00:00")]
    public TimeSpan? TimeToLive { get; init; }
}
