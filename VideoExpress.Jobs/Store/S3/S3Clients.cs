using Minio;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>The clients of one S3 store: one that talks to it as this server reaches it, and one that only signs for everybody else.</summary>
internal sealed class S3Clients : IDisposable
{
    private readonly HttpClient _signerHttp = new();

    /// <summary>Makes both; sends nothing.</summary>
    public S3Clients(StoreSettings settings, TimeProvider time)
    {
        Address = S3Address.From(settings.Endpoint!, settings.Region);
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
        Signer = Build(settings, S3Address.From(settings.PublicEndpoint ?? settings.Endpoint!, settings.Region ?? Address.Region), _signerHttp);
        // The client set 30 minutes; the guard limits every request by what it carries.
        Http.Timeout = Timeout.InfiniteTimeSpan;
    }

    /// <summary>Where the store is for us.</summary>
    public S3Address Address { get; }

    /// <summary>Sends the requests of <see cref="Traffic"/>, and what it signed.</summary>
    public HttpClient Http { get; }

    /// <summary>Talks to the store.</summary>
    public IMinioClient Traffic { get; }

    /// <summary>Signs URLs for others.</summary>
    public IMinioClient Signer { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        Traffic.Dispose();
        Signer.Dispose();
        Http.Dispose();
        _signerHttp.Dispose();
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
