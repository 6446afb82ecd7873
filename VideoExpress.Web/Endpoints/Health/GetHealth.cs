using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Web.Hosting;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Endpoints.Health;

/// <summary><c>GET</c> and <c>HEAD /health</c></summary>
internal static class GetHealth
{
    public static IServiceCollection AddHealth(this IServiceCollection services) => services
        .AddJson(HealthJson.Default)
        .AddSingleton<GpuConnection>()
        .AddHostedService(provider => provider.GetRequiredService<GpuConnection>());

    public static void MapHealth(this IEndpointRouteBuilder routes) => routes
        .MapMethods("/health", [HttpMethods.Get, HttpMethods.Head], Handle)
        .AllowAnonymous()
        .WithTags("Health")
        .WithName(nameof(GetHealth))
        .WithSummary("Whether the server works, and whether its GPU endpoint answers.");

    private static JsonHttpResult<HealthView> Handle(SQLiteStorage storage, DataFolder folder, GpuConnection gpu)
    {
        var storageProblem = Storage(storage) ?? DatabaseDisk.Look(folder.Database);
        var view = new HealthView(
            storageProblem is null ? "ok" : "down", gpu.IsConnected, storageProblem ?? gpu.Problem, typeof(GetHealth).Assembly.GetName().Version!.ToString(3));
        return TypedResults.Json(view, HealthJson.Default.HealthView, statusCode: storageProblem is null ? 200 : 503);
    }

    private static string? Storage(SQLiteStorage storage)
    {
        try
        {
            storage.Read(connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = "select count(*) from (select 1 from jobs limit 1)";
                return command.ExecuteScalar();
            });
            return null;
        }
        catch (SqliteException error)
        {
            return $"The database cannot be read (SQLite error {error.SqliteErrorCode}).";
        }
    }
}

/// <summary>The answer of <c>GET /health</c>.</summary>
/// <param name="Status"><c>ok</c>, or <c>down</c> with status 503.</param>
/// <param name="RunpodConnected">True when the GPU endpoint, RunPod or our own gateway, answered within the last seconds.</param>
/// <param name="Problem">What does not work, and what to do.</param>
/// <param name="Version">Of the server.</param>
internal sealed record HealthView(string Status, bool RunpodConnected, string? Problem, string Version);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HealthView))]
internal sealed partial class HealthJson : JsonSerializerContext;
