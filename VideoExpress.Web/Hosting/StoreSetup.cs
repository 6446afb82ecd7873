using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;
using VideoExpress.Web.Endpoints.Jobs;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Hosting;

/// <summary>The object store that the settings describe.</summary>
internal static class StoreSetup
{
    public static IServiceCollection AddStore(this IServiceCollection services) => services
        .AddSingleton(Open)
        .AddSingleton<OutputLinks>();

    /// <summary>Whoever gets the store finds it free of what a killed process left in the folder half-written.</summary>
    private static IObjectStore Open(IServiceProvider provider)
    {
        // The database's lock is ours from here on, so no other server works in the folder.
        provider.GetRequiredService<SQLiteStorage>();
        var store = ObjectStores.Create(
            provider.GetRequiredService<StoreSettings>(), provider.GetRequiredService<DataFolder>().Root, provider.GetRequiredService<TimeProvider>());
        (store as FolderStore)?.ClearLeftovers();
        return store;
    }
}
