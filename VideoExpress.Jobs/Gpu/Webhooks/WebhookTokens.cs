using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Gpu.Webhooks;

/// <summary>
/// Tokens that name an attempt in the URL which its provider calls: its id, 32 hex digits, and a signature. Providers sign nothing, so who
/// knows the token is taken for the provider.
/// </summary>
/// <param name="signingKey">See <see cref="KeyFile"/>.</param>
internal sealed class WebhookTokens(byte[] signingKey)
{
    private const int IdLength = 32;

    private readonly UrlSigner _signer = new(signingKey);

    /// <summary>The file of the key in the data folder.</summary>
    public static string KeyPath(string dataFolder) => Path.Combine(dataFolder, "webhook-signing.key");

    /// <summary>The token of an attempt; always the same.</summary>
    public string Of(Guid attemptId) => $"{attemptId:N}{Signature(attemptId)}";

    /// <summary>The attempt that a token names; null when we have not signed it.</summary>
    public Guid? AttemptOf(string token) =>
        token.Length > IdLength && Guid.TryParseExact(token[..IdLength], "N", out var attemptId) && _signer.IsOf(Text(attemptId), token[IdLength..])
            ? attemptId
            : null;

    private string Signature(Guid attemptId) => _signer.Sign(Text(attemptId));

    private static string Text(Guid attemptId) => $"webhook|{attemptId:D}";
}
