using System.ComponentModel.DataAnnotations;

namespace VideoExpress.Web.Settings;

/// <summary>The settings without a section: where the server listens, who may call it, where its files live.</summary>
internal sealed record HostSettings
{
    /// <summary>Addresses to listen on, separated by semicolons. Anything but loopback needs <see cref="ApiKey"/>. Default: port 8000.</summary>
    [Required]
    public string Urls { get; init; } = "http://localhost:8000";

    /// <summary>Base of every absolute URL that the server hands out. Default: none, the host of the request.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>The key that every call wants as <c>Authorization: Bearer</c>. Default: none, local requests only.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The folder of everything that must outlive a restart, absolute after loading. Default: <c>data</c>.</summary>
    [Required]
    public string Data { get; init; } = "data";

    /// <summary>The SQLite file (alias <c>DB_PATH</c>), absolute after loading. Default: <c>videoexpress.db</c> in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>Where <c>appsettings.json</c>, <c>.env</c> and <c>worker/</c> are. Default: the current folder.</summary>
    [Required]
    public string ContentRoot { get; init; } = ".";
}
