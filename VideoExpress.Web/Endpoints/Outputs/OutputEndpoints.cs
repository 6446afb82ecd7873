namespace VideoExpress.Web.Endpoints.Outputs;

/// <summary>
/// The files of the local folder, by signed URLs. A signature is all the permission there is: these routes ask for no API key and
/// answer any Origin. With an S3 store they know no file.
/// </summary>
public static class OutputEndpoints
{
    /// <summary>Maps <c>GET</c>, <c>HEAD</c> and <c>PUT /outputs/{key}</c>.</summary>
    public static IEndpointRouteBuilder MapOutputs(this IEndpointRouteBuilder routes)
    {
        var outputs = routes.MapGroup("/outputs").WithTags("Outputs").AllowAnonymous();
        outputs.MapMethods("/{**key}", [HttpMethods.Get, HttpMethods.Head], GetOutput.Handle)
            .WithName(nameof(GetOutput))
            .WithSummary("A file of the store, by its signed URL; ranges are served.");
        outputs.MapPut("/{**key}", PutOutput.HandleAsync)
            .WithName(nameof(PutOutput))
            .WithSummary("Puts a worker's file, by its signed URL.");
        return routes;
    }
}
