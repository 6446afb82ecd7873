using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary>Bodies of any size over lines of any quality; for the calls that take a creator's file, and for no others.</summary>
internal static class LargeBody
{
    // Kestrel's own rate, with patience for a telephone that changes its network.
    private static readonly MinDataRate Slowest = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(30));

    /// <summary>The request's body with Kestrel's limits lifted: its reader has its own.</summary>
    public static Stream Of(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = Slowest;
        }

        return http.Request.Body;
    }
}
