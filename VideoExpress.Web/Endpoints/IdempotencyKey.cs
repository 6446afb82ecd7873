using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints;

/// <summary>Who sends the header <c>Idempotency-Key</c> relies on it; ignored, a repeated call would make and pay a second job.</summary>
internal static class IdempotencyKey
{
    private const string Header = "Idempotency-Key";

    /// <summary>Answers 422 to a call with that header.</summary>
    public static RouteHandlerBuilder RefuseIdempotencyKey(this RouteHandlerBuilder route) => route.AddEndpointFilter((context, next) =>
        context.HttpContext.Request.Headers.ContainsKey(Header)
            ? ValueTask.FromResult<object?>(Problem.Validation(new Dictionary<string, string[]>
            {
                [Header] = ["is not supported yet: a repeated call makes a second job. Send the call without this header."],
            }))
            : next(context));
}
