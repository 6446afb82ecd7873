namespace VideoExpress.Web.Gateway;

/// <summary>What calls that are held wait for.</summary>
internal sealed class GatewaySignals
{
    /// <summary>Raised when a request waits for a worker.</summary>
    public Signal WorkArrived { get; } = new();

    /// <summary>Raised when a request is over, or has a new chunk: what clients wait for.</summary>
    public Signal RequestMoved { get; } = new();
}
