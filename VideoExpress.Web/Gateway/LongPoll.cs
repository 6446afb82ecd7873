namespace VideoExpress.Web.Gateway;

/// <summary>
/// Holds a question open until there is an answer. Workers ask again at once and without a pause after a 204, and clients after a status
/// that is not final, so a quick "nothing" would be thousands of requests a second.
/// </summary>
internal sealed class LongPoll(GatewaySettings settings, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>True from the first sign of shutdown on.</summary>
    public bool IsDraining => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>
    /// A worker's question: looks now and after each signal until something is found. Null when the hold time is over, the server shuts
    /// down, or the caller is gone: a dead poll must not look, since it would swallow what it finds.
    /// </summary>
    public async Task<T?> HoldAsync<T>(Func<T?> look, Func<Task> nextSignal, CancellationToken aborted)
        where T : class
    {
        T? found = null;
        await HoldAsync(() => (found = look()) is not null, nextSignal, settings.HoldTime, aborted);
        return found;
    }

    /// <summary>
    /// Looks now and after each signal, until it is so, the time is over, the server shuts down, or the caller is gone. It may not have
    /// looked at all.
    /// </summary>
    public async Task HoldAsync(Func<bool> isSo, Func<Task> nextSignal, TimeSpan longest, CancellationToken aborted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        var begun = time.GetTimestamp();
        while (!end.IsCancellationRequested)
        {
            var signal = nextSignal();
            if (isSo())
            {
                return;
            }

            var left = longest - time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            try
            {
                await signal.WaitAsync(left, time, end.Token);
            }
            catch (TimeoutException)
            {
                // A last look.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
