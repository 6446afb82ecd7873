using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Web.Endpoints.Retention;

/// <summary><c>GET /retention/scrub</c> compares the store with the database, <c>POST /retention/scrub</c> mends as well.</summary>
internal static class ScrubStore
{
    public static void MapScrubStore(this IEndpointRouteBuilder routes)
    {
        Describe(routes.MapGet("/retention/scrub", (HttpRequest request, Scrub scrub, string? verify = null) => HandleAsync(false, request, scrub, verify)))
            .WithName("ReportScrub")
            .WithSummary("Compare the store with the database: orphans, missing and damaged files; verify=true also reads every file. Changes nothing.");
        Describe(routes.MapPost("/retention/scrub", (HttpRequest request, Scrub scrub, string? verify = null) => HandleAsync(true, request, scrub, verify)))
            .WithName("RepairScrub")
            .WithSummary("The same, and delete orphans older than a day, and hand out no URL of what is missing or damaged. Look at the report first.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder call) => call
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithTags("Retention");

    private static async Task<Ok<ScrubReport>> HandleAsync(bool repair, HttpRequest request, Scrub scrub, string? verify)
    {
        var errors = new FieldErrors();
        var everything = QueryFlag.Read(nameof(verify), verify, errors);
        errors.ThrowIfAny();
        return TypedResults.Ok(await scrub.RunAsync(repair, everything, request.HttpContext.RequestAborted));
    }
}
