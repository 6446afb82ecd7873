namespace VideoExpress.Web.Gateway;

/// <summary>
/// Holds a worker's question open until there is an answer. The worker asks again at once and without a pause after a 204, so a quick
/// "nothing" would be thousands of requests a second.
/// </summary>
internal sealed class LongPoll(GatewaySettings settings, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>True from the first sign of shutdown on.</summary>
    public bool IsDraining => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>
    /// Looks now and after each signal until something is found. Null when the hold time is over, the server shuts down, or the caller is
    /// gone: a dead poll must not look, since it would swallow what it finds.
    /// </summary>
    public async Task<T?> HoldAsync<T>(Func<T?> look, Func<Task> nextSignal, CancellationToken aborted)
        where T : class
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        var begun = time.GetTimestamp();
        while (!end.IsCancellationRequested)
        {
            var signal = nextSignal();
            if (look() is { } found)
            {
                return found;
            }

            var left = settings.HoldTime - time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
            {
                return null;
            }

            try
            {
                await signal.WaitAsync(left, time, end.Token);
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                return null;
            }
        }

        return null;
    }
}
