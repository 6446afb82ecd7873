using System.Globalization;

namespace VideoExpress.Jobs.Store.Folder;

/// <summary>
/// Signs and checks the URLs by which this host serves the local folder:
/// <c>{base}/outputs/{key}?exp={unix seconds}&amp;{dl or as}={name}&amp;sig={base64url of HMAC-SHA256 over method|key|exp|{dl or as}={name}}</c>,
/// where <c>dl</c> names what is saved at once, <c>as</c> what is shown in place, and either may be missing.
/// </summary>
internal sealed class OutputUrls(byte[] signingKey, TimeProvider time)
{
    /// <summary>The word in the URL for the name of what is saved at once.</summary>
    public const string AttachmentWord = "dl";

    /// <summary>The word in the URL for the name of what is shown in place.</summary>
    public const string InlineWord = "as";

    private readonly UrlSigner _signer = new(signingKey);

    /// <summary>A URL that is good for one method (one for GET also answers HEAD) until it expires.</summary>
    public Uri Sign(HttpMethod method, StoreKey key, TimeSpan lifetime, Uri baseUrl, Disposition? disposition = null)
    {
        var end = (time.GetUtcNow() + lifetime - DateTimeOffset.UnixEpoch).TotalSeconds;
        var exp = ((long)Math.Ceiling(end)).ToString(CultureInfo.InvariantCulture);
        var name = disposition?.Name is { } text ? $"&{Word(disposition)}={Uri.EscapeDataString(text)}" : "";
        var signature = _signer.Sign(Text(method, key, exp, disposition));
        return new Uri($"{baseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/')}/outputs/{key}?exp={exp}{name}&sig={signature}");
    }

    /// <summary>Checks the parts of a URL as they came in; <paramref name="left"/> is how long a valid one is good for yet.</summary>
    public OutputUrlVerdict Check(HttpMethod method, StoreKey key, string exp, Disposition? disposition, string signature, out TimeSpan left)
    {
        left = default;
        if (!long.TryParse(exp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || !_signer.IsOf(Text(method, key, exp, disposition), signature))
        {
            return OutputUrlVerdict.Forged;
        }

        left = DateTimeOffset.FromUnixTimeSeconds(seconds) - time.GetUtcNow();
        return left > TimeSpan.Zero ? OutputUrlVerdict.Valid : OutputUrlVerdict.Expired;
    }

    private static string Word(Disposition disposition) => disposition.IsAttachment ? AttachmentWord : InlineWord;

    // Neither a method, a key, a number nor a word holds a bar, so no two different calls give the same text.
    private static string Text(HttpMethod method, StoreKey key, string exp, Disposition? disposition)
    {
        var name = disposition?.Name is { } text ? $"{Word(disposition)}={text}" : "";
        return $"{method.Method}|{key}|{exp}|{name}";
    }
}

/// <summary>What a signed URL is worth.</summary>
internal enum OutputUrlVerdict
{
    /// <summary>Ours and in time.</summary>
    Valid,

    /// <summary>Ours, but its time is over.</summary>
    Expired,

    /// <summary>Not ours, for another method, or altered.</summary>
    Forged,
}
