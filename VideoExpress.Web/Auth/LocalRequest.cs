using System.Net;
using Microsoft.Extensions.Primitives;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Auth;

/// <summary>Tells a request of this machine's own user from one that only looks so.</summary>
internal static class LocalRequest
{
    private static readonly string[] ForwardingHeaders = ["Forwarded", "Via", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP"];

    /// <summary>
    /// Why the request is not local, as a sentence; null when it is. A proxy or tunnel connects from this machine but speaks for others; a
    /// page of another site reaches us through the user's browser, by a foreign Origin, or by a foreign name that resolves to 127.0.0.1.
    /// </summary>
    public static string? WhyNot(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address || !IPAddress.IsLoopback(address))
        {
            return "The request comes from another machine.";
        }

        if (context.Request.Headers.Keys.FirstOrDefault(IsForwarding) is { } header)
        {
            return $"The request was forwarded (header {header}).";
        }

        if (!ListenAddresses.IsLoopback(context.Request.Host.Host))
        {
            return "The Host header names another host than localhost.";
        }

        return IsForeign(context.Request.Headers.Origin) ? "The Origin header names another site than localhost." : null;
    }

    private static bool IsForwarding(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || ForwardingHeaders.Contains(header, StringComparer.OrdinalIgnoreCase);

    private static bool IsForeign(StringValues origins) => origins.Any(origin =>
        !Uri.TryCreate(origin, UriKind.Absolute, out var site) || !ListenAddresses.IsLoopback(site.Host));
}
