using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace VideoExpress.Jobs.Idempotency;

/// <summary>A call that its sender has given a key of its own, so that it may be repeated when the answer was lost: it makes one job.</summary>
/// <param name="Key">The sender's key.</param>
/// <param name="RequestHash">What was asked for: calls of equal JSON to the same path have the same, lower-case hex.</param>
public sealed record RepeatableCall(string Key, string RequestHash)
{
    /// <summary>The header that carries the key, and the field that errors name.</summary>
    public const string Field = "Idempotency-Key";

    /// <summary>The call of <paramref name="path"/> with <paramref name="body"/>, whose keys are distinct and whose texts are valid Unicode.</summary>
    public static RepeatableCall Of(string key, string path, JsonElement body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n"));
        hash.AppendData(CanonicalJson.Of(body).Span);
        return new RepeatableCall(key, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
