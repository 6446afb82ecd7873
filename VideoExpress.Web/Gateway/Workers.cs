using System.Collections.Concurrent;

namespace VideoExpress.Web.Gateway;

/// <summary>The workers that have shown a sign of life; in memory, since after a restart they show another one within a ping.</summary>
internal sealed class Workers(GatewaySettings settings, TimeProvider time)
{
    /// <summary>A worker that missed so many pings is gone.</summary>
    private const int MissedPings = 3;

    private readonly ConcurrentDictionary<string, Worker> _workers = new(StringComparer.Ordinal);

    /// <summary>All that were heard of lately.</summary>
    public IReadOnlyCollection<Worker> Known => _workers.Values.ToArray();

    /// <summary>Those not heard of for three ping intervals.</summary>
    public IReadOnlyList<Worker> Silent => [.. _workers.Values.Where(worker => worker.Silence > settings.PingInterval * MissedPings)];

    /// <summary>The worker; its silence begins now if it was not known.</summary>
    public Worker Expect(string id) => _workers.GetOrAdd(id, static (key, clock) => new Worker(key, clock), time);

    /// <summary>The worker, which has just shown a sign of life.</summary>
    public Worker Seen(string id)
    {
        var worker = Expect(id);
        worker.Touch();
        return worker;
    }

    /// <summary>Has a worker stop a request; nothing to do when it is not known any more.</summary>
    public void Stop(string? workerId, string requestId)
    {
        if (workerId is not null && _workers.TryGetValue(workerId, out var worker))
        {
            worker.RequestStop(requestId);
        }
    }

    /// <summary>The hand-out is over, so nothing that is known of it holds for the next one.</summary>
    public void NoLongerHas(HandOut handOut)
    {
        if (handOut.WorkerId is { } workerId && _workers.TryGetValue(workerId, out var worker))
        {
            worker.Heard(handOut.RequestId, isOver: true);
        }
    }

    /// <summary>The worker is gone.</summary>
    public void Forget(string id) => _workers.TryRemove(id, out _);
}
