using VideoExpress.Jobs.Store;
using VideoExpress.Web.Endpoints.Jobs;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Hosting;

/// <summary>The object store that the settings describe.</summary>
internal static class StoreSetup
{
    public static IServiceCollection AddStore(this IServiceCollection services) => services
        .AddSingleton(provider => ObjectStores.Create(
            provider.GetRequiredService<StoreSettings>(), provider.GetRequiredService<DataFolder>().Root, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<OutputLinks>();
}
