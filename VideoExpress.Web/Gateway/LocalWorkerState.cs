using System.Security.Cryptography;

namespace VideoExpress.Web.Gateway;

/// <summary>What the gateway knows of the worker process that its host supervises.</summary>
internal sealed class LocalWorkerState
{
    private const string Prefix = "local-";
    private volatile string? _currentId;
    private volatile string? _problem;

    /// <summary>The id of the process that runs now; null when none does.</summary>
    public string? CurrentId
    {
        get => _currentId;
        set => _currentId = value;
    }

    /// <summary>What keeps it from running, and the remedy; null when all is well.</summary>
    public string? Problem
    {
        get => _problem;
        set => _problem = value;
    }

    /// <summary>A worker asks for work: if it is this one, all is well.</summary>
    public void IsReady(string workerId)
    {
        if (workerId == _currentId)
        {
            _problem = null;
        }
    }

    /// <summary>A new id: one process, one id, so that what a dead one had can be told.</summary>
    public static string NewId() => Prefix + RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>Whether an id is that of any host's supervised worker.</summary>
    public static bool IsLocal(string workerId) => workerId.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether a worker is a supervised one that has been replaced: it may be in its last seconds and must get no work.</summary>
    public bool IsOver(string workerId) => IsLocal(workerId) && workerId != _currentId;
}
