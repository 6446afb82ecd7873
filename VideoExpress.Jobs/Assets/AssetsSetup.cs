using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Assets;

/// <summary>Assets for a composition root.</summary>
public static class AssetsSetup
{
    /// <summary>Adds assets and their uploads. Wants what <see cref="JobsSetup.AddJobs"/> wants and adds.</summary>
    /// <param name="services">Where to add them.</param>
    /// <param name="uploadsFolder">Where files lie on their way in; nothing else may be in it.</param>
    public static IServiceCollection AddAssets(this IServiceCollection services, string uploadsFolder) => services
        .AddSingleton(provider => new UploadFolder(
            uploadsFolder,
            new UploadRoom(
                uploadsFolder, provider.GetRequiredService<StoreSettings>().MinFreeBytes, provider.GetRequiredService<IObjectStore>()),
            provider.GetRequiredService<AssetSettings>(),
            provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<ThumbnailMaker>()
        .AddSingleton<AssetExaminer>()
        .AddSingleton<AssetIntake>()
        .AddSingleton<AssetDesk>()
        .AddSingleton<ResumableUploads>()
        .AddHostedService<UploadsAtStart>();
}
