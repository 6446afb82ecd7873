using VideoExpress.Web.Hosting;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary>The calls about jobs: a table of contents.</summary>
internal static class JobEndpoints
{
    /// <summary>The JSON types of these calls.</summary>
    public static IServiceCollection AddJobEndpoints(this IServiceCollection services) => services.AddJson(JobJson.Default);

    /// <summary>Serves them.</summary>
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        routes.MapCreateJob();
        routes.MapGetJob();
        routes.MapListJobs();
        routes.MapCancelJob();
        routes.MapRetryJob();
        routes.MapKeepJob();
    }
}
