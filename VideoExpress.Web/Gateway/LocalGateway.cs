using VideoExpress.Web.Hosting.Logging;

namespace VideoExpress.Web.Gateway;

/// <summary>Our own gateway as a client's endpoint.</summary>
internal static class LocalGateway
{
    /// <summary>Its URL and client key.</summary>
    /// <exception cref="InvalidOperationException">The server does not listen yet.</exception>
    public static (Uri Endpoint, string Key) Of(IServiceProvider services) => (
        services.GetRequiredService<GatewayAddress>().Endpoint ?? throw new InvalidOperationException("The server does not listen yet."),
        services.GetRequiredService<GatewayKeys>().Client);

    /// <summary>Keeps its keys, which may have been made and not set, out of every log.</summary>
    public static void HideKeys(this WebApplication app)
    {
        var (keys, secrets) = (app.Services.GetRequiredService<GatewayKeys>(), app.Services.GetRequiredService<Secrets>());
        secrets.Add(keys.Client);
        secrets.Add(keys.Worker);
    }
}
