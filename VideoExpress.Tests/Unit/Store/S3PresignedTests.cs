using System.Security.Cryptography;
using System.Text;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Unit.Store;

public sealed class S3PresignedTests
{
    private static readonly StoreKey Key = StoreKey.Inbox(Guid.Empty, Guid.Empty, "video.mp4");

    [Theory]
    [InlineData("http://[::1]:9000", "[::1]:9000", "PUT")]
    [InlineData("http://[::1]:9000", "[::1]:9000", "GET")]
    [InlineData("https://[2001:db8::7]", "[2001:db8::7]", "PUT")]
    [InlineData("https://s3.example.com:8443", "s3.example.com:8443", "GET")]
    public void AUrl_IsSignedForTheHost_ThatAClientSends(string endpoint, string host, string method)
    {
        var settings = new StoreSettings { Bucket = "bucket", Endpoint = new Uri(endpoint), AccessKey = "a", SecretKey = "secret", Region = "us-east-1" };
        using var store = new S3Store(settings, TimeProvider.System);

        var url = method == "PUT"
            ? store.PresignPut(Key, TimeSpan.FromHours(1), new Uri("http://localhost"))
            : store.PresignGet(Key, TimeSpan.FromHours(1), new Uri("http://localhost"));

        Assert.Equal(host, url.Authority);
        Assert.Equal(SignatureOf(method, url, host), Query(url)["X-Amz-Signature"]);
    }

    /// <summary>By hand, after Amazon's documentation: "Authenticating Requests: Using Query Parameters".</summary>
    private static string SignatureOf(string method, Uri url, string host)
    {
        var query = Query(url);
        Assert.Equal(("host", "3600"), (query["X-Amz-SignedHeaders"], query["X-Amz-Expires"]));
        var sorted = string.Join('&', query.Where(pair => pair.Key != "X-Amz-Signature").OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
        var canonical = $"{method}\n{url.AbsolutePath}\n{sorted}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD";
        var day = query["X-Amz-Date"][..8];
        var text = $"AWS4-HMAC-SHA256\n{query["X-Amz-Date"]}\n{day}/us-east-1/s3/aws4_request\n"
            + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
        return Convert.ToHexStringLower(new[] { day, "us-east-1", "s3", "aws4_request", text }
            .Aggregate("AWS4secret"u8.ToArray(), (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part))));
    }

    private static Dictionary<string, string> Query(Uri url) => url.Query[1..].Split('&')
        .Select(pair => pair.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));
}
