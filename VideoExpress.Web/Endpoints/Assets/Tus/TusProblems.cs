using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets.Tus;

/// <summary>The statuses that the protocol gives to what went wrong, each with the header that was wrong.</summary>
internal static class TusProblems
{
    /// <summary>Answers for what a call threw.</summary>
    public static async ValueTask<object?> ExplainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (WrongHeaderException wrong)
        {
            return Header(wrong.Header, wrong.Message);
        }
        catch (UploadTooLargeException large)
        {
            return Problem.OfField(StatusCodes.Status413PayloadTooLarge, TusHeaders.UploadLength, large.Message);
        }
        catch (UploadBusyException busy)
        {
            return Problem.Of(StatusCodes.Status423Locked, busy.Message);
        }
        catch (UploadOffsetException elsewhere)
        {
            context.HttpContext.Response.Headers[TusHeaders.UploadOffset] = TusHeaders.Number(elsewhere.Offset);
            return Problem.OfField(StatusCodes.Status409Conflict, TusHeaders.UploadOffset, elsewhere.Message);
        }
        catch (UploadChecksumException other)
        {
            return Problem.OfField(TusHeaders.ChecksumMismatch, TusHeaders.UploadChecksum, other.Message);
        }
    }

    /// <summary>400: a header is missing or wrong.</summary>
    public static ProblemHttpResult Header(string header, string sentence) => Problem.OfField(StatusCodes.Status400BadRequest, header, sentence);
}

/// <summary>A header cannot be read.</summary>
/// <param name="header">Its name.</param>
/// <param name="sentence">What it must be.</param>
internal sealed class WrongHeaderException(string header, string sentence) : Exception(sentence)
{
    /// <summary>Its name.</summary>
    public string Header { get; } = header;
}
