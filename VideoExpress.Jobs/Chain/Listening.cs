using System.Collections.Concurrent;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// How long this process has listened for a sign of an attempt. A wait that is to prove something counts only time in which a sign could
/// have come: not that in which the server was down, and with it perhaps the store, or the machine asleep (the clock behind timestamps
/// stands still then).
/// </summary>
internal sealed class Listening(TimeProvider time)
{
    private readonly ConcurrentDictionary<(Guid Attempt, AttemptState State), long> _since = new();

    /// <summary>Since the first call for the attempt in its state.</summary>
    public TimeSpan For(Attempt attempt) => time.GetElapsedTime(_since.GetOrAdd((attempt.Id, attempt.State), _ => time.GetTimestamp()));
}
