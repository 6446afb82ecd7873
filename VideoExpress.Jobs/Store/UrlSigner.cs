using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace VideoExpress.Jobs.Store;

/// <summary>Signs what stands in URLs that we hand out, by HMAC-SHA256.</summary>
/// <param name="key">See <see cref="KeyFile"/>.</param>
internal sealed class UrlSigner(byte[] key)
{
    /// <summary>The signature of <paramref name="text"/>: 43 characters of base64url.</summary>
    public string Sign(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether <paramref name="signature"/> is that of <paramref name="text"/>; the time it takes tells nothing of the right one.</summary>
    public bool IsOf(string text, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(Sign(text)));
}
