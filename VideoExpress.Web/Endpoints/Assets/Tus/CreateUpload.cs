using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Assets.Uploads;

namespace VideoExpress.Web.Endpoints.Assets.Tus;

/// <summary><c>POST /assets/tus</c>: begins an upload, perhaps with its first piece as the body.</summary>
internal static class CreateUpload
{
    public static void MapCreateUpload(this IEndpointRouteBuilder tus) => tus
        .MapPost("", Handle)
        .Produces(StatusCodes.Status201Created)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .WithName(nameof(CreateUpload))
        .WithSummary("Begin an upload of Upload-Length bytes; Location is where its pieces go. Upload-Metadata may name it: filename, name.");

    private static async Task<Results<StatusCodeHttpResult, ProblemHttpResult>> Handle(HttpContext http, ResumableUploads uploads)
    {
        var (headers, answer) = (http.Request.Headers, http.Response.Headers);
        if (headers.ContainsKey(TusHeaders.UploadDeferLength))
        {
            return TusProblems.Header(TusHeaders.UploadDeferLength, $"is not taken: send {TusHeaders.UploadLength}, the length of the whole file.");
        }

        if (TusHeaders.Number(headers, TusHeaders.UploadLength) is not { } length)
        {
            return TusProblems.Header(TusHeaders.UploadLength, "must be the length of the whole file in bytes.");
        }

        if (length == 0)
        {
            throw AssetExaminer.Refused("is empty.");
        }

        var metadata = headers[TusHeaders.UploadMetadata].ToString();
        var upload = uploads.Create(length, Name(TusHeaders.Metadata(metadata)), metadata.Length == 0 ? null : metadata);
        answer.Location = $"/assets/tus/{upload.Id:D}";
        if (http.Request.ContentType == TusHeaders.ContentType)
        {
            upload = await AppendUpload.AppendAsync(http, uploads, upload.Id, 0) ?? upload;
        }

        upload.Describe(answer);
        return TypedResults.StatusCode(StatusCodes.Status201Created);
    }

    private static string? Name(IReadOnlyDictionary<string, string> metadata) =>
        AssetName.Clean(metadata.GetValueOrDefault("name")) ?? AssetName.Clean(metadata.GetValueOrDefault("filename"));
}
