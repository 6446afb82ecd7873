using System.ComponentModel.DataAnnotations;

namespace VideoExpress.Jobs.Assets;

/// <summary>The configuration section <c>Assets</c>: what creators may bring along.</summary>
public sealed record AssetSettings
{
    /// <summary>Largest asset, in bytes. Default: 10 GiB, an hour of a good camera.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; init; } = 10L << 30;

    /// <summary>How long an unfinished upload is kept after its last byte. Default: 1 day; 1 minute to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan UploadLifetime { get; init; } = TimeSpan.FromDays(1);
}
