using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace VideoExpress.Web.Auth;

/// <summary>The server's API key, compared in constant time.</summary>
internal sealed class ApiKey(string key)
{
    private readonly byte[] _hash = Hash(key);

    /// <summary>True for <c>Bearer KEY</c>.</summary>
    public bool IsBearerOf(HttpRequest request) => TryRead(request, "Bearer", out var token) && Is(token);

    /// <summary>True for HTTP Basic with the key as password and any user name: what a browser can ask for.</summary>
    public bool IsPasswordOf(HttpRequest request)
    {
        if (!TryRead(request, "Basic", out var encoded))
        {
            return false;
        }

        var decoded = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, decoded, out var length)
            && Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2) is [_, var password]
            && Is(password);
    }

    private static bool TryRead(HttpRequest request, string scheme, [NotNullWhen(true)] out string? parameter)
    {
        parameter = AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            && header.Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase) ? header.Parameter : null;
        return parameter is not null;
    }

    // Hashes are of one length, so that the comparison does not tell the key's.
    private bool Is(string candidate) => CryptographicOperations.FixedTimeEquals(Hash(candidate), _hash);

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
