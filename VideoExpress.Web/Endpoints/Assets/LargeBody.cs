using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary>Bodies of any size over lines of any quality; for the calls that take a creator's file, and for no others.</summary>
internal static class LargeBody
{
    // Kestrel's own rate, with patience for a telephone that changes its network.
    private static readonly MinDataRate Slowest = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(30));

    /// <summary>Reads the request's body with Kestrel's limits lifted: the reader has its own.</summary>
    /// <exception cref="BadHttpRequestException">The body broke off, came to a standstill, or is not what its Content-Type says.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http, Func<Stream, Task<T>> read)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = Slowest;
        }

        try
        {
            return await read(http.Request.Body);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The body broke off before its end.", broken);
        }
        catch (InvalidDataException malformed)
        {
            throw new BadHttpRequestException("The multipart body cannot be read.", malformed);
        }
    }
}
