using System.ComponentModel.DataAnnotations;

namespace VideoExpress.Jobs.Store;

/// <summary>The configuration section <c>Store</c>: the local folder, unless a bucket is named.</summary>
public sealed record StoreSettings
{
    /// <summary>Bucket of an S3-compatible store (alias <c>S3_BUCKET</c>). Default: none, files live in the data folder.</summary>
    public string? Bucket { get; init; }

    /// <summary>The store's address with its scheme, as this server reaches it (alias <c>S3_ENDPOINT</c>). Needed with a bucket.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The store's address as clients and workers reach it. Default: <see cref="Endpoint"/>.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>Access key id (alias <c>S3_ACCESS_KEY</c>).</summary>
    public string? AccessKey { get; init; }

    /// <summary>Secret key (alias <c>S3_SECRET_KEY</c>).</summary>
    public string? SecretKey { get; init; }

    /// <summary>Region (alias <c>S3_REGION</c>). Default: <c>auto</c> for R2 hosts, else <c>us-east-1</c>.</summary>
    public string? Region { get; init; }

    /// <summary>Consent to plain http to a store that is not on this machine. Default: false.</summary>
    public bool AllowInsecureEndpoint { get; init; }

    /// <summary>How long an output URL in a job's JSON works. Default: 1 hour; 1 minute to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan UrlLifetime { get; init; } = TimeSpan.FromHours(1);
}
