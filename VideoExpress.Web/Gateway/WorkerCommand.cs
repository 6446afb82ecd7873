using System.Diagnostics;
using System.Globalization;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Gateway;

/// <summary>How the local worker is started.</summary>
/// <param name="Python">Path of the interpreter.</param>
/// <param name="Script">Path of <c>worker/handler.py</c>.</param>
internal sealed record WorkerCommand(string Python, string Script)
{
    /// <summary>
    /// The worker leads a process group of its own: Ctrl+C in the host's terminal does not reach it, and what it leaves behind when it is
    /// killed can be ended with one signal.
    /// </summary>
    private const string OwnGroup = "import os, sys; os.setsid(); os.execv(sys.executable, [sys.executable] + sys.argv[1:])";

    /// <summary>Finds python, and the script in one of the folders or above it; else says what to install.</summary>
    public static (WorkerCommand? Command, string? Problem) Find(params IEnumerable<string> folders)
    {
        if (FindPython() is not { } python)
        {
            return (null, "The local worker cannot start: python3 is missing. Install it (apt-get install python3) and restart.");
        }

        var scripts = folders.SelectMany(AndAbove).Select(folder => Path.Combine(folder, "worker", "handler.py"));
        return scripts.FirstOrDefault(File.Exists) is { } script
            ? (new WorkerCommand(python, script), null)
            : (null, "The local worker cannot start: worker/handler.py is missing beside the server. Restore it and restart.");
    }

    /// <summary>The process to start for <paramref name="workerId"/>.</summary>
    public ProcessStartInfo StartInfo(string workerId, Uri endpoint, string workerKey, GatewaySettings settings)
    {
        var start = new ProcessStartInfo(Python, ["-c", OwnGroup, Script])
        {
            WorkingDirectory = Path.GetDirectoryName(Script),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // The host's own secrets and settings are none of the worker's business.
        foreach (var name in start.Environment.Keys.Where(IsOurs).ToList())
        {
            start.Environment.Remove(name);
        }

        // The SDK appends "&…" to these and replaces "/job-take/" for its other calls, so the "?" and the path are needed.
        start.Environment["RUNPOD_WEBHOOK_GET_JOB"] = $"{endpoint}/job-take/$ID?gpu=local";
        start.Environment["RUNPOD_WEBHOOK_POST_OUTPUT"] = $"{endpoint}/job-done/$RUNPOD_POD_ID/$ID?gpu=local";
        start.Environment["RUNPOD_WEBHOOK_PING"] = $"{endpoint}/ping/$RUNPOD_POD_ID?gpu=local";
        start.Environment["RUNPOD_PING_INTERVAL"] = ((long)settings.PingInterval.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        start.Environment["RUNPOD_AI_API_KEY"] = workerKey;
        start.Environment["RUNPOD_POD_ID"] = workerId;
        start.Environment["RUNPOD_ENDPOINT_ID"] = settings.Endpoint;
        start.Environment["RUNPOD_SKIP_AUTO_SYSTEM_CHECKS"] = "true";
        start.Environment["RUNPOD_SKIP_GPU_CHECK"] = "true";
        start.Environment["VIDEOEXPRESS_PARENT_PIPE"] = "1";
        start.Environment["PYTHONUNBUFFERED"] = "1";
        return start;
    }

    /// <summary>Debian's own python first: it is the one that the distribution's packages belong to.</summary>
    private static string? FindPython() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Prepend("/usr/bin")
        .Select(folder => Path.Combine(folder, "python3"))
        .FirstOrDefault(File.Exists);

    private static IEnumerable<string> AndAbove(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            yield return folder.FullName;
        }
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("RUNPOD_", StringComparison.Ordinal) || name.StartsWith("S3_", StringComparison.Ordinal)
        || name.Contains("__", StringComparison.Ordinal) || name == nameof(HostSettings.ApiKey);
}
