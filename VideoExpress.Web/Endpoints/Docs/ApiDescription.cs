using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Endpoints.Docs;

/// <summary>What the API's description says beyond what the endpoints declare: its name and version, and the key, where one is set.</summary>
internal sealed class ApiDescription(HostSettings settings) : IOpenApiDocumentTransformer, IOpenApiOperationTransformer
{
    private const string Key = "api_key";

    private static readonly string Version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    /// <inheritdoc />
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "VideoExpress",
            Version = Version,
            Description = "A prompt becomes a finished, captioned video. Every error is `application/problem+json` (RFC 9457) with "
                + "`detail`, a sentence to show; `errors` by field, where fields are wrong; and `retryable`.",
        };
        if (settings.ApiKey is not null)
        {
            document.Components ??= new OpenApiComponents();
            document.AddComponent<IOpenApiSecurityScheme>(Key, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The setting ApiKey of this server.",
            });
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (settings.ApiKey is not null && !context.Description.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(Key, context.Document)] = [] }];
        }

        return Task.CompletedTask;
    }
}
