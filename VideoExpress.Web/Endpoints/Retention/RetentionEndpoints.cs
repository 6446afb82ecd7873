using System.Text.Json.Serialization;
using VideoExpress.Jobs.Retention;
using VideoExpress.Web.Hosting;

namespace VideoExpress.Web.Endpoints.Retention;

/// <summary>The calls about what stays and what goes: a table of contents.</summary>
internal static class RetentionEndpoints
{
    /// <summary>The JSON types of these calls.</summary>
    public static IServiceCollection AddRetentionEndpoints(this IServiceCollection services) => services.AddJson(RetentionJson.Default);

    /// <summary>Serves them.</summary>
    public static void MapRetention(this IEndpointRouteBuilder routes)
    {
        routes.MapGetPlan();
        routes.MapScrubStore();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PlanView))]
[JsonSerializable(typeof(ScrubReport))]
internal sealed partial class RetentionJson : JsonSerializerContext;
