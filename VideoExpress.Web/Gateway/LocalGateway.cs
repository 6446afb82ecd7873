namespace VideoExpress.Web.Gateway;

/// <summary>Our own gateway as a client's endpoint.</summary>
internal static class LocalGateway
{
    /// <summary>Its URL and client key.</summary>
    /// <exception cref="InvalidOperationException">The server does not listen yet.</exception>
    public static (Uri Endpoint, string Key) Of(IServiceProvider services) => (
        services.GetRequiredService<GatewayAddress>().Endpoint ?? throw new InvalidOperationException("The server does not listen yet."),
        services.GetRequiredService<GatewayKeys>().Client);
}
