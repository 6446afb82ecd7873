using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace VideoExpress.Web.Hosting;

/// <summary>The JSON of the API, said once: snake_case, numbers as numbers, types known at build time.</summary>
internal static class Json
{
    /// <summary>Sets the rules of the API's JSON.</summary>
    public static IServiceCollection AddJsonRules(this IServiceCollection services) => services.ConfigureHttpJsonOptions(options =>
    {
        options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        // The web's default also reads "5" as 5, and the API's description would say so of every number.
        options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
    });

    /// <summary>Adds the types of a feature; the rules above win over those of its context.</summary>
    public static IServiceCollection AddJson(this IServiceCollection services, IJsonTypeInfoResolver types) =>
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, types));
}
