using System.Collections.Concurrent;

namespace VideoExpress.Jobs.Chain;

/// <summary>The steps at work in this process, so that a cancelled job's step is told at once.</summary>
internal sealed class RunningSteps(WorkFolders folders)
{
    private readonly ConcurrentDictionary<Guid, RunningStep> _steps = new();

    /// <summary>Enters a step of <paramref name="jobId"/>; dispose it when the step ends.</summary>
    public RunningStep Enter(Guid jobId, CancellationToken cancellationToken)
    {
        var step = new RunningStep(CancellationTokenSource.CreateLinkedTokenSource(cancellationToken), left => Leave(jobId, left));
        _steps.TryAdd(jobId, step); // a second one at once ends by itself: the step is run already
        return step;
    }

    /// <summary>Tells the step of this job, if one is at work.</summary>
    public void Stop(Guid jobId)
    {
        if (_steps.TryGetValue(jobId, out var step))
        {
            step.Stop();
        }
    }

    private void Leave(Guid jobId, RunningStep step)
    {
        _steps.TryRemove(new(jobId, step));
        if (step.IsStopped)
        {
            folders.Remove(jobId);
        }
    }
}

/// <summary>A step at work.</summary>
internal sealed class RunningStep(CancellationTokenSource source, Action<RunningStep> leave) : IDisposable
{
    private readonly Lock _gate = new();
    private bool _left;

    /// <summary>Cancelled when the job is, when the background job is deleted, or when the server stops.</summary>
    public CancellationToken Token { get; } = source.Token;

    /// <summary>True once the job was cancelled while this step was at work.</summary>
    public bool IsStopped { get; private set; }

    public void Stop()
    {
        lock (_gate)
        {
            if (_left)
            {
                return;
            }

            IsStopped = true;
        }

        source.Cancel();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _left = true;
        }

        leave(this);
        source.Dispose();
    }
}
