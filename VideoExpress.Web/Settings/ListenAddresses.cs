using System.Net;

namespace VideoExpress.Web.Settings;

/// <summary>The addresses of <see cref="HostSettings.Urls"/>.</summary>
internal static class ListenAddresses
{
    /// <summary>The addresses, split at semicolons; null in the place of one that the server cannot listen on.</summary>
    public static IReadOnlyList<BindingAddress?> Of(string urls) =>
        [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    /// <summary>True for a name or address that only this machine reaches; a host name other than localhost binds everywhere.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static BindingAddress? Parse(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            var served = address is { Scheme: "http", PathBase: "", IsUnixPipe: false, IsNamedPipe: false };
            return served && address.Port is >= 0 and <= 65535 ? address : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
