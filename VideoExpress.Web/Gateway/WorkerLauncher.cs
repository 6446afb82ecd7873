namespace VideoExpress.Web.Gateway;

/// <summary>Prepares runs of the local worker against this host's own gateway.</summary>
internal sealed class WorkerLauncher(
    IHostEnvironment host, GatewayAddress address, GatewayKeys keys, GatewaySettings settings, TimeProvider time,
    ILogger<WorkerProcess> log)
{
    /// <summary>A run that is not started yet, or what keeps it from starting.</summary>
    public (WorkerProcess? Process, string? Problem) Prepare(string workerId)
    {
        if (address.Endpoint is not { } endpoint)
        {
            return (null, "The local worker cannot start: the server listens on no address that it could call.");
        }

        var (command, problem) = WorkerCommand.Find(host.ContentRootPath, AppContext.BaseDirectory);
        return command is null
            ? (null, problem)
            : (new WorkerProcess(command.StartInfo(workerId, endpoint, keys.Worker, settings), time, log), null);
    }
}
