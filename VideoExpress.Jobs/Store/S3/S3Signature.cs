using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>
/// S3's signature version 4 in a request's headers. It covers the method, the path, the query, the host, the time and the body's hash, so
/// the store refuses a body that was altered on its way.
/// </summary>
/// <param name="region">What the store calls its region.</param>
/// <param name="accessKey">Access key id.</param>
/// <param name="secretKey">Secret key.</param>
/// <param name="time">Dates the signature; it holds for 15 minutes.</param>
internal sealed class S3Signature(string region, string accessKey, string secretKey, TimeProvider time)
{
    private const string SignedHeaders = "host;x-amz-content-sha256;x-amz-date";

    /// <summary>What a signature says of a body.</summary>
    public static string HashOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    /// <summary>Signs a request.</summary>
    /// <param name="request">Its path and query are as the store is to read them: escaped, the query's words in order.</param>
    /// <param name="bodyHash">What <see cref="HashOf"/> says of its body.</param>
    public void Sign(HttpRequestMessage request, string bodyHash)
    {
        var url = request.RequestUri!;
        var now = time.GetUtcNow().UtcDateTime;
        var date = now.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var moment = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var name = url.HostNameType == UriHostNameType.IPv6 ? $"[{url.IdnHost}]" : url.IdnHost; // as HttpClient sends it
        var host = url.IsDefaultPort ? name : $"{name}:{url.Port}";
        var canonical = $"{request.Method}\n{url.AbsolutePath}\n{url.Query.TrimStart('?')}\n"
            + $"host:{host}\nx-amz-content-sha256:{bodyHash}\nx-amz-date:{moment}\n\n{SignedHeaders}\n{bodyHash}";
        var scope = $"{date}/{region}/s3/aws4_request";
        var text = $"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Convert.ToHexStringLower(Hash(Key(date), text));
        request.Headers.Add("x-amz-date", moment);
        request.Headers.Add("x-amz-content-sha256", bodyHash);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential={accessKey}/{scope}, SignedHeaders={SignedHeaders}, Signature={signature}");
    }

    private byte[] Key(string date) => Hash(Hash(Hash(Hash(Encoding.UTF8.GetBytes("AWS4" + secretKey), date), region), "s3"), "aws4_request");

    private static byte[] Hash(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
