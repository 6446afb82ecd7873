namespace VideoExpress.Web.Gateway;

/// <summary>
/// Wakes everybody who waits. Take <see cref="Next"/> before you look for work, or a signal between the look and the wait is missed.
/// </summary>
internal sealed class Signal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() =>
        Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
