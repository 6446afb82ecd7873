using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>Who has the GPU: the configured endpoint, else our own gateway.</summary>
internal static class GpuCheck
{
    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settings = subject.Settings.RunPod;
        if (settings.Endpoint is { } endpoint)
        {
            yield return await AskAsync(subject, endpoint, settings.ApiKey!, cancellationToken);
        }
        else
        {
            yield return await OwnGatewayAsync(subject, cancellationToken);
        }
    }

    private static async Task<Finding> OwnGatewayAsync(Subject subject, CancellationToken cancellationToken)
    {
        var (gateway, data) = (subject.Settings.Gateway, subject.Settings.Host.Data);
        if (await subject.ServerAsync(cancellationToken) is not { } server)
        {
            return gateway.LocalWorker
                ? Finding.Ok("no GPU is configured: the server makes drafts with its own worker")
                : Finding.Warn("no GPU is configured, and Gateway:LocalWorker is off: jobs wait for a worker that calls the gateway.");
        }

        return gateway.ClientKey is null && !File.Exists(GatewayKeys.ClientKeyPath(data))
            ? Finding.Warn($"the server at {server.Address} has another data folder than {data}, so its gateway was not asked.")
            : await AskAsync(
                subject, new Uri(server.Address, $"/v2/{gateway.Endpoint}"), new GatewayKeys(gateway, data).Client, cancellationToken);
    }

    private static async Task<Finding> AskAsync(Subject subject, Uri endpoint, string key, CancellationToken cancellationToken)
    {
        using var handler = RunPodClient.CreateHandler();
        using var client = new RunPodClient(handler, endpoint, key, subject.Time, NullLogger<RunPodClient>.Instance);
        try
        {
            return Judge(endpoint, await client.GetHealthAsync(cancellationToken));
        }
        catch (GpuException error)
        {
            var hint = endpoint.IsLoopback && error.CanHeal ? " If it is this server's own gateway, start the server first." : "";
            return Finding.Fail($"{endpoint}: {error.Message}{hint}");
        }
    }

    private static Finding Judge(Uri endpoint, GpuHealth health) => health switch
    {
        { Problem: { } problem } => Finding.Warn($"{endpoint} says: {problem}"),
        { Workers: { Idle: 0, Initializing: 0, Ready: 0, Running: 0, Throttled: 0 } } => Finding.Warn(
            $"{endpoint} answers, but has no workers: jobs wait until there is one. At RunPod, see that Max Workers is not 0 (so it is set after "
            + "a week without requests); at our gateway, start a worker."),
        // Idle ones are ready, and are counted as both.
        var well => Finding.Ok(
            $"{endpoint} answers; workers: {Math.Max(well.Workers.Idle, well.Workers.Ready) + well.Workers.Running}, requests waiting: {well.Jobs.InQueue}"),
    };
}
