using System.Collections.Concurrent;

namespace VideoExpress.Tests.Storage.Cancellation;

/// <summary>What a job and its test tell each other; the job finds it by its key.</summary>
internal sealed class JobRun : IDisposable
{
    /// <summary>How long either waits for the other, before the test has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly ConcurrentDictionary<string, JobRun> Runs = new();

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JobRun()
    {
        Runs[Key] = this;
    }

    public string Key { get; } = Guid.CreateVersion7().ToString();

    public Task Started => _started.Task.WaitAsync(Patience);

    /// <summary>Something happened a second time.</summary>
    public Task Again => _again.Task.WaitAsync(Patience);

    /// <summary>Whether the job's token was cancelled when it looked.</summary>
    public Task<bool> Told => _told.Task.WaitAsync(Patience + Patience);

    public static JobRun Find(string key) => Runs[key];

    /// <summary>True the first time.</summary>
    public bool Start() => _started.TrySetResult();

    public void StartAgain() => _again.TrySetResult();

    public void Tell(bool cancelled) => _told.TrySetResult(cancelled);

    public void LetGo() => _gate.TrySetResult();

    public void WaitForTheGate() => _gate.Task.Wait(Patience);

    public void Dispose() => Runs.TryRemove(Key, out _);
}
