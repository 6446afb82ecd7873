using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Gpu.Webhooks;
using VideoExpress.Jobs.Store;
using VideoExpress.Web.Auth;
using VideoExpress.Web.Gateway;
using VideoExpress.Web.Problems;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Endpoints.Webhooks;

/// <summary><c>POST /webhooks/runpod/{token}</c>: the GPU's provider tells that a request is over. The signed token is all the proof it has.</summary>
internal static class ReceiveWebhook
{
    /// <summary>The largest result that our own gateway takes and RunPod's limit of an input, which is posted along, in bytes.</summary>
    private const int MaxBytes = RequestBody.MaxResult + RequestBody.MaxSubmission;

    /// <summary>The tokens' key is made at the first start.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services, DataFolder folder) =>
        services.AddSingleton(new WebhookTokens(KeyFile.LoadOrCreate(WebhookTokens.KeyPath(folder.Root))));

    public static void MapWebhooks(this IEndpointRouteBuilder routes) => routes.MapOpen()
        .MapPost($"/{WebhookAddress.Path}{{token}}", HandleAsync)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .WithTags("Webhooks")
        .WithName(nameof(ReceiveWebhook))
        .WithSummary("For the GPU's provider, which gets this URL with each request: what it tells is looked at now instead of at the next poll.");

    private static async Task<Results<Ok, ProblemHttpResult>> HandleAsync(
        string token, HttpContext context, WebhookTokens tokens, WebhookIntake intake)
    {
        if (tokens.AttemptOf(token) is not { } attemptId)
        {
            return Problem.NotFound("There is nothing here.");
        }

        if (await RequestBody.ReadAsync(context, MaxBytes) is not { } body)
        {
            return Problem.Of(StatusCodes.Status413PayloadTooLarge, $"A webhook may have {MaxBytes} bytes.");
        }

        intake.Take(attemptId, body);
        return TypedResults.Ok();
    }
}
