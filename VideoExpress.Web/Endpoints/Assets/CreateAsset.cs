using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary><c>POST /assets</c>: a file as multipart form, or as the body itself with <c>?name=</c>; streamed, whatever its size.</summary>
internal static class CreateAsset
{
    /// <summary>What a form has beside its file, generously.</summary>
    private const int FormBytes = 64 << 10;

    public static void MapCreateAsset(this IEndpointRouteBuilder routes) => routes
        .MapPost("", Handle)
        .RefuseIdempotencyKey("is not known here: a repeated upload is a second asset. Send it without this header, or resumably to /assets/tus.")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = Body();
            return Task.CompletedTask;
        })
        .WithName(nameof(CreateAsset))
        .WithSummary("Bring a video, a sound or a picture along. What it is says its content alone.");

    private static async Task<Results<Created<AssetView>, ProblemHttpResult>> Handle(
        HttpContext http, UploadFolder folder, AssetIntake intake, AssetLinks links, string? name = null)
    {
        var (request, aborted) = (http.Request, http.RequestAborted);
        using var file = folder.NewBody();
        try
        {
            var (fieldName, fileName) = await ReceiveAsync(http, file);
            var shown = AssetName.Clean(name) ?? AssetName.Clean(fieldName) ?? AssetName.Clean(fileName);
            var asset = await intake.TakeAsync(file.Id, file.Path, shown, aborted);
            return TypedResults.Created($"/assets/{asset.Id:D}", AssetView.Of(asset, links, request));
        }
        catch (UploadTooLargeException large)
        {
            return Problem.OfField(StatusCodes.Status413PayloadTooLarge, AssetExaminer.Field, large.Message);
        }
    }

    private static async Task<(string? Name, string? FileName)> ReceiveAsync(HttpContext http, BodyFile file)
    {
        var (request, aborted) = (http.Request, http.RequestAborted);
        var body = LargeBody.Of(http);
        var isForm = MultipartFile.Is(request);
        var atLeast = Math.Max(0, request.ContentLength - (isForm ? FormBytes : 0) ?? 0);
        Task Receive(Stream content) => file.ReceiveAsync(content, atLeast, aborted);
        if (isForm)
        {
            return await MultipartFile.ReadAsync(request.ContentType!, body, Receive, aborted);
        }

        await Receive(body);
        return (null, null);
    }

    private static OpenApiRequestBody Body()
    {
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        var form = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { AssetExaminer.Field },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                [AssetExaminer.Field] = file,
                ["name"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Shown, and the name to save under. Default: the file's." },
            },
        };
        return new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["multipart/form-data"] = new() { Schema = form },
                ["application/octet-stream"] = new() { Schema = file },
            },
        };
    }
}
