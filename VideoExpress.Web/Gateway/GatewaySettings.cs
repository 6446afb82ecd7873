using System.ComponentModel.DataAnnotations;

namespace VideoExpress.Web.Gateway;

/// <summary>The configuration section <c>Gateway</c>: GPUs of one's own, behind RunPod's wire protocol.</summary>
internal sealed record GatewaySettings
{
    /// <summary>The endpoint id in <c>/v2/{endpoint}/…</c>. Default: <c>local</c>.</summary>
    [Required, RegularExpression("[a-z0-9-]{1,64}")]
    public string Endpoint { get; init; } = "local";

    /// <summary>Key of clients (run, status, stream, cancel, retry, purge-queue, health). Default: generated, kept in the data folder.</summary>
    public string? ClientKey { get; init; }

    /// <summary>Key of workers (job-take, job-done, job-stream, job-stop, ping). Default: generated, kept in the data folder.</summary>
    public string? WorkerKey { get; init; }

    /// <summary>Start and supervise one draft worker on this machine. Default: true.</summary>
    public bool LocalWorker { get; init; } = true;

    /// <summary>How often a worker pings; three missed pings mean it is gone. Default: 10 seconds, at least 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a worker's long poll is held open without work. Default: 20 seconds, well under the worker's 90.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(20);
}
