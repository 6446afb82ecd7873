using System.Runtime.CompilerServices;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>
/// Whether scripts of the web page may read: browsers ask the store first. Plain players and links need no such leave, and nobody puts
/// by URL but workers, which are no browsers.
/// </summary>
internal static class CorsCheck
{
    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (subject.Origin is not { } page)
        {
            yield return Finding.Ok("not looked at: PublicUrl is not set; --origin https://app.example.com looks for a web page there");
            yield break;
        }

        var origin = page.GetLeftPart(UriPartial.Authority);
        var (shown, bucket) = (subject.ShownEndpoint, subject.Settings.Store.Bucket);
        var url = new Uri(shown, $"/{bucket}/{TrialObject.Key(subject.Time)}");
        yield return await MayGetAsync(subject, url, origin, cancellationToken)
            ? Finding.Ok($"scripts of {origin} may GET at {shown.Authority}")
            : Finding.Warn(
                $"scripts of {origin} may not GET at {shown.Authority}: previews by a web page fail. "
                + $"Set this rule for the bucket \"{bucket}\":",
                Advice(origin));
    }

    private static async Task<bool> MayGetAsync(Subject subject, Uri url, string origin, CancellationToken cancellationToken)
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, url);
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        preflight.Headers.Add("Access-Control-Request-Headers", "range");
        try
        {
            using var answer = await subject.Http.SendAsync(preflight, cancellationToken);
            return answer.IsSuccessStatusCode
                && Listed(answer, "Access-Control-Allow-Origin", origin)
                && Listed(answer, "Access-Control-Allow-Methods", "GET")
                && Listed(answer, "Access-Control-Allow-Headers", "range");
        }
        catch (HttpRequestException error)
        {
            throw subject.AdviceOn(url).Explain(error);
        }
    }

    private static bool Listed(HttpResponseMessage answer, string header, string wanted) =>
        answer.Headers.TryGetValues(header, out var values)
        && values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries))
            .Any(value => value == "*" || value.Equals(wanted, StringComparison.OrdinalIgnoreCase));

    private static string[] Advice(string origin) =>
    [
        $$"""[{"AllowedOrigins":["{{origin}}"],"AllowedMethods":["GET","HEAD"],"AllowedHeaders":["range"],""",
        """ "ExposeHeaders":["ETag","Content-Length","Content-Range","Accept-Ranges"],"MaxAgeSeconds":3600}]""",
        "R2: the bucket's Settings, CORS Policy, holds after half a minute. AWS: the bucket's Permissions, CORS.",
        $"MinIO, for all buckets: MINIO_API_CORS_ALLOW_ORIGIN={origin} in its environment. RustFS: RUSTFS_CORS_ALLOWED_ORIGINS={origin}",
    ];
}
