namespace VideoExpress.Jobs.Fetch;

/// <summary>A file could not be fetched; the message names the host, never the whole URL, which may hold a secret.</summary>
/// <inheritdoc cref="JobException" path="/param"/>
public sealed class FetchException(string message, bool canHeal = false, Exception? innerException = null)
    : JobException(message, canHeal, innerException)
{
    /// <summary>The same, naming what was to be fetched: <c>clip 2: example.com answered 404</c>.</summary>
    public FetchException For(string label) => new($"{label}: {Message}", CanHeal, this) { RetryAfter = RetryAfter, TriesAtMost = TriesAtMost };
}
