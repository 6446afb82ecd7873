using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace VideoExpress.Jobs.Store;

/// <summary>The configuration section <c>Store</c>: the local folder, unless a bucket is named.</summary>
public sealed partial record StoreSettings
{
    /// <summary>Bucket of an S3-compatible store (alias <c>S3_BUCKET</c>). Default: none, files live in the data folder.</summary>
    public string? Bucket { get; init; }

    /// <summary>The store's address with its scheme, as this server reaches it (alias <c>S3_ENDPOINT</c>). Needed with a bucket.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The store's address as clients and workers reach it. Default: <see cref="Endpoint"/>.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>
    /// Where anybody may read the bucket without a signature, such as its own domain at a CDN. With it, URLs of published files are
    /// plain and do not expire; those to save a file are signed all the same, since nothing else asks a store for that. Default: none,
    /// every URL is signed.
    /// </summary>
    public Uri? PublicBaseUrl { get; init; }

    /// <summary>Access key id (alias <c>S3_ACCESS_KEY</c>).</summary>
    public string? AccessKey { get; init; }

    /// <summary>Secret key (alias <c>S3_SECRET_KEY</c>).</summary>
    public string? SecretKey { get; init; }

    /// <summary>Region (alias <c>S3_REGION</c>). Default: <c>auto</c> for R2 hosts, else <c>us-east-1</c>.</summary>
    public string? Region { get; init; }

    /// <summary>Consent to plain http to a store that is not on this machine. Default: false.</summary>
    public bool AllowInsecureEndpoint { get; init; }

    /// <summary>
    /// How long the store may be silent: until it answers a request (after a body, beside the time that the last 4 MiB of it take at
    /// 64 KiB/s), and between two pieces of a body. Default: 30 seconds; 1 second to 10 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an output URL in a job's JSON works. Default: 1 hour; 1 minute to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan UrlLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The local folder takes nothing that would leave its disk less room than this, in bytes. Default: 512 MiB.</summary>
    [Range(0, long.MaxValue)]
    public long MinFreeBytes { get; init; } = 512L << 20;

    /// <summary>Largest file that a worker may put into the local folder, in bytes. Default: 5 GiB, the limit of a PUT at S3.</summary>
    [Range(1, long.MaxValue)]
    public long MaxPutBytes { get; init; } = 5L << 30;

    /// <summary>True for what may be a bucket's name: 3 to 63 small letters, digits, dots and hyphens.</summary>
    internal static bool IsBucketName(string name) => BucketName().IsMatch(name);

    /// <summary>What is wrong between these settings, a sentence each that names the setting; none when they fit together.</summary>
    public IReadOnlyList<string> Validate()
    {
        if (Bucket is null)
        {
            string[] alone =
            [
                .. Endpoint is null ? [] : new[] { "Store:Endpoint (S3_ENDPOINT)" },
                .. PublicEndpoint is null ? [] : new[] { "Store:PublicEndpoint" },
                .. PublicBaseUrl is null ? [] : new[] { "Store:PublicBaseUrl" },
                .. Region is null ? [] : new[] { "Store:Region (S3_REGION)" },
                .. AllowInsecureEndpoint ? new[] { "Store:AllowInsecureEndpoint" } : [],
                .. AccessKey is null ? [] : new[] { "Store:AccessKey (S3_ACCESS_KEY)" },
                .. SecretKey is null ? [] : new[] { "Store:SecretKey (S3_SECRET_KEY)" },
            ];
            return alone.Length == 0
                ? []
                : [$"{string.Join(", ", alone)}: given without Store:Bucket (S3_BUCKET). Name the bucket, or remove what belongs to it."];
        }

        List<string?> wrong =
        [
            IsBucketName(Bucket)
                ? null
                : "Store:Bucket (S3_BUCKET) is not a bucket's name: 3 to 63 small letters, digits, dots and hyphens.",
            Needed(AccessKey, "Store:AccessKey (S3_ACCESS_KEY)"),
            Needed(SecretKey, "Store:SecretKey (S3_SECRET_KEY)"),
            Endpoint is null ? Needed(null, "Store:Endpoint (S3_ENDPOINT)") : WrongAddress(Endpoint, "Store:Endpoint (S3_ENDPOINT)"),
            PublicEndpoint is null ? null : WrongAddress(PublicEndpoint, "Store:PublicEndpoint"),
            PublicBaseUrl is null or { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", Fragment: "" }
                ? null
                : "Store:PublicBaseUrl must be an http or https address without a query.",
        ];
        return [.. wrong.OfType<string>()];
    }

    private static string? Needed(string? value, string name) =>
        string.IsNullOrWhiteSpace(value) ? $"{name} is missing; Store:Bucket (S3_BUCKET) needs it." : null;

    private string? WrongAddress(Uri address, string name)
    {
        if (address is not { IsAbsoluteUri: true, Scheme: "http" or "https", AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" })
        {
            return $"{name} must be a scheme and a host, such as https://s3.example.com or http://localhost:9000: "
                + "no path (the bucket has a setting of its own), no query, no password.";
        }

        return address.Scheme == Uri.UriSchemeHttps || address.IsLoopback || AllowInsecureEndpoint
            ? null
            : $"{name} is plain http to another machine: use https, or consent with Store:AllowInsecureEndpoint=true.";
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z")]
    private static partial Regex BucketName();
}
