using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;

namespace VideoExpress.Bench.Inflight;

/// <summary>The built server in a process of its own, on loopback, with a folder of its own, and what the kernel says of it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const double TicksPerSecond = 100; // USER_HZ, on every Linux there is
    private const string Job =
        """{"type":"RENDER","quality":"final","params":{"prompt":"a lighthouse in a storm","duration":1,"resolution":"480p"}}""";

    private readonly Process _process;
    private readonly string _data;

    private ServerProcess(Process process, string data, Uri address) =>
        (_process, _data, Http) = (process, data, new HttpClient { BaseAddress = address });

    public HttpClient Http { get; }

    /// <summary>Threads now.</summary>
    public int Threads => (int)StatusOf("Threads:");

    /// <summary>Resident memory now, in MB.</summary>
    public double ResidentMegabytes => StatusOf("VmRSS:") / 1024.0;

    /// <summary>Resident memory at its most, in MB.</summary>
    public double PeakMegabytes => StatusOf("VmHWM:") / 1024.0;

    /// <summary>Processor time of the server itself, not of the ffmpegs that it starts.</summary>
    public TimeSpan Cpu
    {
        get
        {
            var fields = File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[^1].Split(' ');
            return TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
        }
    }

    public static async Task<ServerProcess> StartAsync(string data, Uri provider, int rate)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var process = Process.Start(new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "VideoExpress.Web.dll"), "--contentRoot", AppContext.BaseDirectory, "--data", data,
            "--urls", address.AbsoluteUri, "--RunPod:Endpoint", provider.AbsoluteUri, "--RunPod:ApiKey", "k",
            "--RunPod:MaxPollsPerSecond", rate.ToString(CultureInfo.InvariantCulture),
        ])
        { RedirectStandardOutput = true, WorkingDirectory = data })!;
        process.BeginOutputReadLine();
        var server = new ServerProcess(process, data, address);
        for (var patience = 0; !await server.AnswersAsync(); patience++)
        {
            if (process.HasExited || patience > 600)
            {
                throw new InvalidOperationException($"The server does not start; its log is in {data}/logs.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        return server;
    }

    public async Task PostJobAsync()
    {
        using var answer = await Http.PostAsync("/jobs", new StringContent(Job, null, "application/json"));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>How long the server takes to answer what people ask while it works.</summary>
    public async Task<TimeSpan> AskAsync(string path)
    {
        var start = TimeProvider.System.GetTimestamp();
        await Http.GetByteArrayAsync(path);
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <summary>Counts what its file shows from outside.</summary>
    public int Count(string sql)
    {
        using var file = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(_data, "videoexpress.db"), Mode = SqliteOpenMode.ReadWrite, Pooling = false,
        }.ToString());
        file.Open();
        using var command = file.CreateCommand();
        command.CommandText = sql;
        return (int)(long)command.ExecuteScalar()!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Http.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var answer = await Http.GetAsync("/health");
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private long StatusOf(string name) =>
        Number(File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(':', '\t', ' ')
            .First(word => word.Length > 0 && char.IsAsciiDigit(word[0])));

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
