using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>What the doctor looks at, in the order in which it tells of it: a new check is entered here.</summary>
internal static class Checks
{
    /// <summary>The checks that mean something with these settings.</summary>
    public static IReadOnlyList<Check> For(AppSettings settings) =>
    [
        new("data folder", DataFolderCheck.RunAsync),
        new("database", DatabaseCheck.RunAsync) { Timeout = TimeSpan.FromMinutes(2) },
        new("address", AddressCheck.RunAsync),
        new("ffmpeg", FfmpegCheck.RunAsync),
        new("fonts", FontsCheck.RunAsync),
        .. Only(settings.Gateway.LocalWorker, new Check("local worker", LocalWorkerCheck.RunAsync)),
        .. Only(settings.Store.Bucket is null, new Check("store", FolderCheck.RunAsync)),
        .. Only(settings.Store.Bucket is not null, OfBucket()),
        new("gpu", GpuCheck.RunAsync),
        .. Only(settings.Host.PublicUrl is not null, new Check("public url", PublicUrlCheck.RunAsync)),
    ];

    /// <summary>A bucket's clock tells why it cannot be used; the rest would only say the same again.</summary>
    private static Check[] OfBucket()
    {
        var bucket = new Check("bucket", BucketCheck.RunAsync);
        return
        [
            bucket,
            new("bucket urls", BucketUrlsCheck.RunAsync) { Needs = bucket },
            new("multipart", MultipartCheck.RunAsync) { Needs = bucket },
            new("store clock", StoreClockCheck.RunAsync),
            new("cors", CorsCheck.RunAsync) { Needs = bucket },
        ];
    }

    private static Check[] Only(bool when, params Check[] checks) => when ? checks : [];
}
