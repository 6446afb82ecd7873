using Microsoft.AspNetCore.Http.Features;

namespace VideoExpress.Web.Gateway;

/// <summary>Reads raw bodies: a worker's JSON says it is a form, so nothing may be bound.</summary>
internal static class RequestBody
{
    /// <summary>RunPod's limit of <c>POST /run</c>, in bytes.</summary>
    public const int MaxSubmission = 10 << 20;

    /// <summary>RunPod's limit of <c>POST /runsync</c>, in bytes.</summary>
    public const int MaxSyncSubmission = 20 << 20;

    /// <summary>RunPod's limit of a chunk, in bytes.</summary>
    public const int MaxChunk = 1 << 20;

    /// <summary>Largest result of a worker, in bytes; workers themselves know no limit.</summary>
    public const int MaxResult = 32 << 20;

    /// <summary>The whole body, or null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static async Task<byte[]?> ReadAsync(HttpContext context, int limit)
    {
        // The host's own limit would cut the connection, and the caller would not hear what was wrong.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } hostLimit)
        {
            hostLimit.MaxRequestBodySize = null;
        }

        if (context.Request.ContentLength > limit)
        {
            return null;
        }

        using var body = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (body.Length + read > limit)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
