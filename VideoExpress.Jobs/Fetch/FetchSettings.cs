using System.ComponentModel.DataAnnotations;

namespace VideoExpress.Jobs.Fetch;

/// <summary>The configuration section <c>Fetch</c>: how URLs given by users are fetched.</summary>
public sealed record FetchSettings
{
    /// <summary>Allow URLs whose host is private, loopback or link-local. Default: false.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Largest file, in bytes. Default: 4 GiB.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; init; } = 4L << 30;

    /// <summary>Longest time for one file. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);
}
