using Minio;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>
/// The clients of one S3 store. A signed URL holds only for the host that it was signed for, so there is one client for the address as
/// this server reaches it, and one that does nothing but sign for the address as everybody else does.
/// </summary>
internal sealed class S3Clients : IDisposable
{
    private readonly HttpClient _silentHttp = new();
    private readonly IMinioClient _silent;

    /// <summary>Makes both; sends nothing.</summary>
    public S3Clients(StoreSettings settings, TimeProvider time)
    {
        var bucket = settings.Bucket!;
        Address = S3Address.From(settings.Endpoint!, settings.Region);
        var shown = S3Address.From(settings.PublicEndpoint ?? settings.Endpoint!, Address.Region);
        Http = new HttpClient(new S3Guard(settings.RequestTimeout, time)
        {
            InnerHandler = new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = settings.RequestTimeout,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            },
        });
        Traffic = Build(settings, Address, Http);
        // The client set 30 minutes; the guard limits every request by what it carries.
        Http.Timeout = Timeout.InfiniteTimeSpan;
        _silent = Build(settings, shown, _silentHttp);
        Signature = new S3Signature(Address.Region, settings.AccessKey!, settings.SecretKey!, time);
        OwnUrls = new S3Signer(Traffic, bucket);
        ShownUrls = new S3Signer(_silent, bucket);
    }

    /// <summary>Where the store is for us.</summary>
    public S3Address Address { get; }

    /// <summary>Sends the requests of <see cref="Traffic"/>, and our own.</summary>
    public HttpClient Http { get; }

    /// <summary>Talks to the store.</summary>
    public IMinioClient Traffic { get; }

    /// <summary>Signs requests that <see cref="Traffic"/> does not offer.</summary>
    public S3Signature Signature { get; }

    /// <summary>Signs URLs for ourselves.</summary>
    public S3Signer OwnUrls { get; }

    /// <summary>Signs URLs for everybody else.</summary>
    public S3Signer ShownUrls { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        Traffic.Dispose();
        _silent.Dispose();
        Http.Dispose();
        _silentHttp.Dispose();
    }

    // Without a region the client signs everything for us-east-1; an HttpClient serves one client only.
    private static IMinioClient Build(StoreSettings settings, S3Address address, HttpClient http) => new MinioClient()
        .WithEndpoint(address.Authority)
        .WithCredentials(settings.AccessKey, settings.SecretKey)
        .WithRegion(address.Region)
        .WithSSL(address.Tls)
        .WithHttpClient(http)
        .Build();
}
