using System.Text.RegularExpressions;
using Serilog.Events;
using Serilog.Formatting;

namespace VideoExpress.Web.Hosting.Logging;

/// <summary>
/// The last thing that happens to a log line: whatever wrote it, exceptions and libraries included, it loses known secrets, and
/// what is secret by its shape: credentials, the query of a URL (signatures), tokens in webhook paths.
/// </summary>
internal sealed partial class Redaction(ITextFormatter inner, Secrets secrets) : ITextFormatter
{
    /// <summary>Stands where a secret was.</summary>
    public const string Hidden = "***";

    /// <inheritdoc />
    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var line = new StringWriter(output.FormatProvider);
        inner.Format(logEvent, line);
        output.Write(Redact(line.ToString(), secrets));
    }

    /// <summary><paramref name="text"/> without secrets.</summary>
    public static string Redact(string text, Secrets secrets)
    {
        var redacted = secrets.HideIn(text);
        redacted = Query().Replace(redacted, $"?{Hidden}");
        redacted = UserInfo().Replace(redacted, $"://{Hidden}@");
        redacted = Credentials().Replace(redacted, $"$1 {Hidden}");
        return WebhookToken().Replace(redacted, Hidden);
    }

    [GeneratedRegex("""(?<=(?:https?://|/)[^\s"'<>?]*)\?[^\s"'<>\\]+""")]
    private static partial Regex Query();

    [GeneratedRegex("""://[^\s"'/@]+@""")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{12,}", RegexOptions.IgnoreCase)]
    private static partial Regex Credentials();

    [GeneratedRegex("""(?<=/webhooks/[a-z]+/)[^\s"'?/\\]+""")]
    private static partial Regex WebhookToken();
}
