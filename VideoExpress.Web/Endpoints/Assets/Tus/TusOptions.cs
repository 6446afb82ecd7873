using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Assets.Uploads;

namespace VideoExpress.Web.Endpoints.Assets.Tus;

/// <summary><c>OPTIONS /assets/tus</c>: what of the protocol is offered.</summary>
internal static class TusOptions
{
    public static void MapTusOptions(this IEndpointRouteBuilder tus)
    {
        foreach (var path in new[] { "", "/{id}" })
        {
            tus.MapMethods(path, [HttpMethods.Options], Handle)
                .Produces(StatusCodes.Status204NoContent)
                .WithSummary("What of the tus protocol is offered, and the largest upload.");
        }
    }

    private static NoContent Handle(HttpResponse response, AssetSettings settings)
    {
        var headers = response.Headers;
        headers[TusHeaders.TusVersion] = TusHeaders.Version;
        headers["Tus-Extension"] = "creation,creation-with-upload,termination,expiration,checksum";
        headers["Tus-Max-Size"] = TusHeaders.Number(settings.MaxBytes);
        headers["Tus-Checksum-Algorithm"] = UploadChecksums.Names;
        return TypedResults.NoContent();
    }
}
