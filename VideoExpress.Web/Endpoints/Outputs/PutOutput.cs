using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.Folder;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Outputs;

/// <summary><c>PUT /outputs/{key}</c>: a worker's file, streamed to the disk; answered when it is safe there.</summary>
internal static class PutOutput
{
    /// <summary>A body that breaks off, or has another length than it said, leaves nothing.</summary>
    public static async Task<Results<Ok, ProblemHttpResult>> HandleAsync(
        string key, HttpContext http, IObjectStore store, CancellationToken cancellationToken)
    {
        if (SignedOutput.Check(HttpMethod.Put, key, http.Request, store, out var refusal) is not { } output)
        {
            return refusal!;
        }

        if (!output.Key.IsInbox)
        {
            return Problem.Of(StatusCodes.Status403Forbidden, "Only keys below inbox/ are put by URL.");
        }

        if (http.Request.ContentLength is not { } length)
        {
            return Problem.Of(StatusCodes.Status411LengthRequired, "Send Content-Length: a body of unknown length is not taken.");
        }

        if (length > output.Folder.MaxPutBytes)
        {
            return Problem.Of(
                StatusCodes.Status413PayloadTooLarge, $"A file may have {output.Folder.MaxPutBytes} bytes at most (Store:MaxPutBytes).");
        }

        return await PutAsync(output, http, length, cancellationToken);
    }

    private static async Task<Results<Ok, ProblemHttpResult>> PutAsync(
        SignedOutput output, HttpContext http, long length, CancellationToken cancellationToken)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = length;
        }

        var type = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var parsed) ? parsed.ToString() : MediaTypes.Unknown;
        await output.Folder.PutAsync(output.Key, http.Request.Body, new NewObject(length, type), cancellationToken);
        return TypedResults.Ok();
    }
}
