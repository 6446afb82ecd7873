using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.S3;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>What the doctor examines.</summary>
internal sealed class Subject : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private readonly Lazy<Task<ServerSeen?>> _server;

    /// <summary>A look at the installation that <paramref name="settings"/> describe; nothing is asked yet.</summary>
    /// <param name="settings">As the server would have them.</param>
    /// <param name="origin">The web page that speaks to the store, or null.</param>
    /// <param name="time">The clock that is held against the store's.</param>
    public Subject(AppSettings settings, Uri? origin, TimeProvider time)
    {
        (Settings, Origin, Time) = (settings, origin, time);
        _server = new(() => ServerSeen.FindAsync(this, CancellationToken.None));
    }

    public AppSettings Settings { get; }

    public Uri? Origin { get; }

    public TimeProvider Time { get; }

    /// <summary>The settings of the store, with less patience than the server has: who waits here is a person.</summary>
    public StoreSettings QuickStore => Settings.Store with
    {
        RequestTimeout = Settings.Store.RequestTimeout < Patience ? Settings.Store.RequestTimeout : Patience,
    };

    /// <summary>The store's address as others see it.</summary>
    public Uri ShownEndpoint => Settings.Store.PublicEndpoint ?? Settings.Store.Endpoint!;

    /// <summary>A plain client, as a worker or a browser would have it: 10 seconds a call, no redirects.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>Our server, where it runs; null when nothing of ours answers. Asked once for all checks.</summary>
    public Task<ServerSeen?> ServerAsync(CancellationToken cancellationToken) => _server.Value.WaitAsync(cancellationToken);

    /// <summary>What a failure of the store at <paramref name="endpoint"/> means.</summary>
    public S3Advice AdviceOn(Uri endpoint)
    {
        var address = S3Address.From(endpoint, Settings.Store.Region);
        return new S3Advice(Settings.Store.Bucket!, address.Authority, address.Region, Time);
    }

    /// <inheritdoc />
    public void Dispose() => Http.Dispose();
}
