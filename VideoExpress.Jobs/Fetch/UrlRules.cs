namespace VideoExpress.Jobs.Fetch;

/// <summary>Which URLs a user may give. Pure; what the host resolves to is checked when connecting.</summary>
internal static class UrlRules
{
    /// <summary>Lets a URL pass that may be fetched.</summary>
    /// <exception cref="FetchException">It is not http or https, or holds credentials.</exception>
    public static void Check(Uri url)
    {
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.Host.Length == 0)
        {
            throw new FetchException("Only http and https addresses can be fetched.");
        }

        if (url.UserInfo.Length > 0)
        {
            throw new FetchException($"The address at {url.IdnHost} holds a user name or password; give one that works without.");
        }
    }
}
