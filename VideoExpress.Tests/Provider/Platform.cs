using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Provider;

/// <summary>Brings accepted requests to workers, watches their limits, and keeps the till.</summary>
internal sealed class Platform(ContractWorker worker, ProviderClock clock, ProviderPace pace, Till till)
{
    private int _workers;

    /// <summary>A request's whole life: the queue, one worker or two, its end.</summary>
    public async Task RunAsync(ProviderRequest request, CancellationToken closing)
    {
        till.Open(request);
        using var timeToLive = clock.LimitOf(request.TimeToLive);
        using var queued = CancellationTokenSource.CreateLinkedTokenSource(request.Stop, timeToLive.Token, closing);
        try
        {
            await clock.DelayAsync(pace.QueueDelay, queued.Token);
        }
        catch (OperationCanceledException)
        {
            var isExpired = request.TryEnd(RunPodStates.TimedOut, clock.Now);
            till.Record(request, isExpired ? ChargeEnd.Expired : ChargeEnd.CanceledInQueue, TimeSpan.Zero);
            return;
        }

        var first = DispatchAsync(request, closing);
        if (request.Behaviour.RunsTwice)
        {
            request.Redispatch();
            await Task.WhenAll(first, DispatchAsync(request, closing));
        }

        await first;
    }

    /// <summary>One worker's run of the request.</summary>
    private async Task DispatchAsync(ProviderRequest request, CancellationToken closing)
    {
        var workerId = $"worker-{Interlocked.Increment(ref _workers)}";
        var pickedUp = clock.Now;
        using var timeout = clock.LimitOf(request.ExecutionTimeout + pace.ColdStart);
        var stop = request.Behaviour.WorksOnAfterCancel ? CancellationToken.None : request.Stop;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token, closing);
        WorkerEnd end;
        try
        {
            await clock.DelayAsync(pace.ColdStart, either.Token);
            request.Begin(workerId, clock.Now);
            end = await worker.WorkAsync(request, workerId, either.Token);
        }
        catch (OperationCanceledException)
        {
            end = stop.IsCancellationRequested || closing.IsCancellationRequested
                ? new WorkerEnd(ChargeEnd.Canceled, null, null)
                : new WorkerEnd(ChargeEnd.TimedOut, null, RunPodStates.ExecutionTimeoutExceeded);
        }
        catch (HttpRequestException refused)
        {
            end = new WorkerEnd(ChargeEnd.Failed, null, $"upload_failed: {refused.Message}");
        }

        var isUnpaid = end.End is ChargeEnd.AlreadyFinished or ChargeEnd.Superseded;
        till.Record(request, end.End, isUnpaid ? TimeSpan.Zero : clock.Now - pickedUp);
        End(request, end);
    }

    private void End(ProviderRequest request, WorkerEnd end)
    {
        switch (end.End)
        {
            case ChargeEnd.Vanished when request.Behaviour.VanishesUnnoticed:
                break;
            case ChargeEnd.Vanished:
                request.Redispatch();
                request.TryEnd(RunPodStates.Failed, clock.Now, error: RunPodStates.WorkersLost(1));
                break;
            case ChargeEnd.Finished or ChargeEnd.AlreadyFinished:
                request.TryEnd(RunPodStates.Completed, clock.Now, request.Behaviour.OutputIsRefused ? null : end.Output);
                break;
            case ChargeEnd.Canceled:
                request.TryEnd(RunPodStates.Cancelled, clock.Now);
                break;
            default:
                request.TryEnd(RunPodStates.Failed, clock.Now, error: end.Error);
                break;
        }
    }
}
