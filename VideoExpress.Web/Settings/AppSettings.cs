using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Fetch;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Provenance;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Web.Settings;

/// <summary>
/// Everything that can be configured. Each property is a section of that name, except <see cref="Host"/>, whose properties stand
/// at the top; a record added here is read, checked and known to the "did you mean" of every level.
/// </summary>
internal sealed record AppSettings
{
    /// <summary>Settings without a section.</summary>
    public HostSettings Host { get; init; } = new();

    /// <summary><c>Logging:*</c></summary>
    public LoggingSettings Logging { get; init; } = new();

    /// <summary><c>Hangfire:*</c></summary>
    public HangfireSettings Hangfire { get; init; } = new();

    /// <summary><c>Store:*</c></summary>
    public StoreSettings Store { get; init; } = new();

    /// <summary><c>Retention:*</c></summary>
    public RetentionSettings Retention { get; init; } = new();

    /// <summary><c>Assets:*</c></summary>
    public AssetSettings Assets { get; init; } = new();

    /// <summary><c>RunPod:*</c></summary>
    public RunPodSettings RunPod { get; init; } = new();

    /// <summary><c>Fetch:*</c></summary>
    public FetchSettings Fetch { get; init; } = new();

    /// <summary><c>Provenance:*</c></summary>
    public ProvenanceSettings Provenance { get; init; } = new();

    /// <summary><c>Gateway:*</c></summary>
    public GatewaySettings Gateway { get; init; } = new();
}
