using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Gpu;

/// <summary>Clients and requests with sane defaults.</summary>
internal static class ARunPodClient
{
    public const string Key = "rpa_secret-key-of-the-provider";

    public static RunPodClient For(
        Uri endpoint, TimeProvider? time = null, HttpMessageHandler? handler = null, ILogger<RunPodClient>? log = null) =>
        new(handler ?? RunPodClient.CreateHandler(), endpoint, Key, time ?? TimeProvider.System, log ?? NullLogger<RunPodClient>.Instance);

    /// <summary>A client with quotas of its own; those that are not given are RunPod's.</summary>
    public static RunPodClient Limited(
        Uri endpoint, TimeProvider time, CallQuota? run = null, CallQuota? status = null, CallQuota? cancel = null) => new(
        RunPodClient.CreateHandler(), endpoint, Key,
        new EndpointTraffic(time, NullLogger.Instance, run ?? CallQuota.Run, status ?? CallQuota.Status, cancel ?? CallQuota.Cancel),
        NullLogger<RunPodClient>.Instance);

    public static GpuRequest Request(string attemptId = "attempt-1") => new(
        new JsonObject { ["prompt"] = "a fox", ["attempt_id"] = attemptId }, TimeSpan.FromMinutes(15), TimeSpan.FromHours(24),
        new Uri("https://example.org/webhooks/runpod/token"));
}
