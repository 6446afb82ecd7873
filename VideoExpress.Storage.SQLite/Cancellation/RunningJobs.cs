using Hangfire;
using Hangfire.Logging;
using Hangfire.Server;
using Hangfire.States;

namespace VideoExpress.Storage.SQLite.Cancellation;

/// <summary>
/// The jobs that are being processed here, and the tokens of their methods: a commit that takes a job from its worker has Hangfire look at
/// the job's state at once. Whether the run is over is Hangfire's to say, by server and worker, so looking once too often does no harm.
/// </summary>
internal sealed class RunningJobs
{
    private readonly Lock _gate = new();
    private readonly HashSet<long> _processing = [];
    private readonly Dictionary<IJobCancellationToken, long> _methods = new(ReferenceEqualityComparer.Instance);
    private readonly ILog _log = LogProvider.GetLogger(typeof(RunningJobs));

    /// <summary>True when nothing is being processed, nor remembered.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _methods.Count + _processing.Count == 0;
            }
        }
    }

    /// <summary>Called after the commit that set the state, in the order of commits.</summary>
    public void StateChanged(long job, string state)
    {
        List<IJobCancellationToken>? concerned = null;
        lock (_gate)
        {
            if (ProcessingState.StateName.Equals(state, StringComparison.OrdinalIgnoreCase))
            {
                _processing.Add(job);
            }
            else
            {
                _processing.Remove(job);
            }

            // As many as there are busy workers; a job that ends normally has left them before its state changes.
            foreach (var (token, running) in _methods)
            {
                if (running == job)
                {
                    (concerned ??= []).Add(token);
                }
            }
        }

        concerned?.ForEach(Tell);
    }

    /// <summary>A worker begins with the method of a job.</summary>
    public void Enter(long job, IJobCancellationToken token)
    {
        bool isTaken;
        lock (_gate)
        {
            _methods[token] = job;
            isTaken = !_processing.Contains(job);
        }

        // Since the worker said that it processes the job, somebody else has moved it.
        if (isTaken)
        {
            Tell(token);
        }
    }

    /// <summary>The method has ended.</summary>
    public void Leave(IJobCancellationToken token)
    {
        lock (_gate)
        {
            _methods.Remove(token);
        }
    }

    /// <summary>
    /// On a thread of its own: the token runs what the application has registered with it, which may take its time, while others write
    /// and other jobs are told. It happens to jobs that are interrupted only.
    /// </summary>
    private void Tell(IJobCancellationToken token) =>
        new Thread(() => Look(token)) { IsBackground = true, Name = "Hangfire job cancellation" }.UnsafeStart();

    private void Look(IJobCancellationToken token)
    {
        try
        {
            // Reads the job's state, and cancels the token where the run is no longer wanted.
            token.ThrowIfCancellationRequested();
        }
        catch (Exception exception) when (exception is JobAbortedException or OperationCanceledException or ObjectDisposedException)
        {
            // It is told, the server stops, or the method has just ended.
        }
        catch (Exception exception)
        {
            _log.WarnException("A job that was taken from its worker could not be told at once; Hangfire's own check will do so.", exception);
        }
    }
}
