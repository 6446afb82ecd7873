using System.Diagnostics;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>A real S3 server on this machine, one process with a data folder of its own: see Services/s3/README.md.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "videos";

    private static readonly string Scripts = Repository.Path("VideoExpress.Tests", "Services", "s3");
    private readonly IReadOnlyDictionary<string, string> _values;

    private S3Server(IReadOnlyDictionary<string, string> values) => _values = values;

    /// <summary>What fits this server; requests may be silent for two seconds only, so that tests of silence are short.</summary>
    public StoreSettings Settings => new()
    {
        Bucket = Bucket,
        Endpoint = new Uri(_values["S3_ENDPOINT"]),
        AccessKey = _values["S3_ACCESS_KEY"],
        SecretKey = _values["S3_SECRET_KEY"],
        Region = _values["S3_REGION"],
        RequestTimeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>What makes this server the store of a host.</summary>
    public string[] Options =>
    [
        "--S3_BUCKET", Bucket, "--S3_ENDPOINT", _values["S3_ENDPOINT"],
        "--S3_ACCESS_KEY", _values["S3_ACCESS_KEY"], "--S3_SECRET_KEY", _values["S3_SECRET_KEY"],
    ];

    public static Task InstallAsync() => RunAsync("install");

    /// <summary>Starts a server with an empty bucket.</summary>
    public static Task<S3Server> StartAsync(params string[] options) => StartBareAsync(["--bucket", Bucket, .. options]);

    /// <summary>Starts a server without a bucket: one whose clock is far off cannot be asked for any.</summary>
    public static async Task<S3Server> StartBareAsync(params string[] options)
    {
        var lines = await RunAsync("start", options);
        return new S3Server(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]));
    }

    /// <summary>Makes the server misbehave: rules as in the README, an empty list for none.</summary>
    public void SetFaults(string rules)
    {
        var path = Path.Combine(_values["S3_DATA"], "faults.json");
        File.WriteAllText(path + ".new", rules);
        File.Move(path + ".new", path, overwrite: true);
    }

    public Task SignalAsync(string signal) => RunAsync("/bin/kill", ["-s", signal, _values["PID"]]);

    /// <summary>Done when it is dead: it may take the kernel a moment to close its files and its port.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await RunAsync("/bin/sh", ["-c", "while grep -sq '^[^)]*) [^Z]' /proc/$0/stat; do sleep 0.02; done", _values["PID"]]);
    }

    /// <summary>The same server with its data after <see cref="KillAsync"/>.</summary>
    public async Task RestartAsync() => await RunAsync("start",
    [
        "--data", _values["S3_DATA"], "--port", _values["S3_PORT"],
        "--access-key", _values["S3_ACCESS_KEY"], "--secret-key", _values["S3_SECRET_KEY"],
    ]);

    public async ValueTask DisposeAsync() => await RunAsync("stop", [_values["S3_DATA"], "--kill", "--remove"]);

    private static async Task<string> RunAsync(string script, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Scripts, script), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"The S3 test server: {script} failed; as root, run VideoExpress.Tests/Services/s3/install. {await errors}{await output}");
    }
}
