using System.Diagnostics;
using VideoExpress.Bench.Inflight;

if (!CommandLine.TryParse(args, out var asked))
{
    return 2;
}

var folder = Directory.CreateTempSubdirectory("videoexpress-bench-").FullName;
try
{
    await using var provider = await PatientProvider.StartAsync(await VideoAsync(Path.Combine(folder, "video.mp4")));
    await using var server = await ServerProcess.StartAsync(folder, provider.Endpoint, asked.Rate);
    var report = new Report();
    await SubmitAsync(provider, server, report);
    await StandAsync(provider, server, report);
    await DrainAsync(provider, server, report);
    report.Print(Console.Out);
    return report.AllMet ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task SubmitAsync(PatientProvider provider, ServerProcess server, Report report)
{
    var start = provider.Now;
    await Parallel.ForEachAsync(
        Enumerable.Range(0, asked.Jobs), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) => await server.PostJobAsync());
    report.Add("all POST /jobs answered", (provider.Now - start).TotalSeconds, "s");
    await UntilAsync(() => provider.Accepted >= asked.Jobs, TimeSpan.FromSeconds(60 + (asked.Jobs / 20.0)), "all are submitted");
    report.Add("all in flight, with 70 submissions a second at most", (provider.Now - start).TotalSeconds, "s");
    report.Add("polls a second while they are submitted, busiest 10 s", provider.BusiestRate(start, provider.Now), "", atMost: asked.Rate * 1.05);
    report.Add("resident memory", server.ResidentMegabytes, "MB");
}

async Task StandAsync(PatientProvider provider, ServerProcess server, Report report)
{
    // Those that were sent first still come round by the pace of fewer.
    await PauseAsync(asked.FairInterval, "settling");
    var (start, cpu, looks) = (provider.Now, server.Cpu, provider.Looks);
    await using var sampling = new Sampling(server);
    await PauseAsync(2.5 * asked.FairInterval, "all in flight");
    var took = provider.Now - start;
    report.Add("threads, at most", sampling.MostThreads, "", atMost: 100);
    report.Add("resident memory, at most", server.PeakMegabytes, "MB", atMost: 600);
    report.Add("processor", (server.Cpu - cpu) / took, "cores", atMost: 1);
    report.Add("polls a second, mean", (provider.Looks - looks) / took.TotalSeconds, "");
    report.Add("polls a second, busiest 10 s", provider.BusiestRate(start, provider.Now), "", atMost: asked.Rate * 1.05);
    report.Add("longest time that a job was not looked at, in fair intervals", provider.LongestGap(start) / asked.FairInterval, "", atMost: 1.5);
    report.Add("answers to GET /health and /jobs, p99", sampling.SlowAnswer.TotalMilliseconds, "ms", atMost: 250);
}

async Task DrainAsync(PatientProvider provider, ServerProcess server, Report report)
{
    var start = provider.Now;
    provider.AllEnd = true;
    await UntilAsync(() => Published(server) > 0, TimeSpan.FromMinutes(1), "the first is published");
    report.Add("all end: the first is published after", (provider.Now - start).TotalSeconds, "s");
    await UntilAsync(
        () => server.Count("select count(*) from attempts where state = 'submitted'") == 0, 2 * asked.FairInterval, "all are seen to have ended");
    report.Add("all end: the last is seen to have ended after, in fair intervals", (provider.Now - start) / asked.FairInterval, "", atMost: 1.5);
    report.Add("published a second meanwhile, by one ffmpeg after another", Published(server) / (provider.Now - start).TotalSeconds, "");
    report.Add("accepted by the provider, beyond one for each job", provider.Accepted - asked.Jobs, "", atMost: 0);
}

static int Published(ServerProcess server) => server.Count("select count(*) from jobs where status = 'SUCCEEDED'");

static async Task PauseAsync(TimeSpan time, string why)
{
    Console.Error.WriteLine($"{why}: {time.TotalSeconds:0} s");
    await Task.Delay(time, TimeProvider.System);
}

static async Task UntilAsync(Func<bool> wanted, TimeSpan patience, string what)
{
    Console.Error.WriteLine($"until {what}");
    var start = TimeProvider.System.GetTimestamp();
    while (!wanted())
    {
        if (TimeProvider.System.GetElapsedTime(start) > patience)
        {
            throw new TimeoutException($"It took more than {patience.TotalSeconds:0} s until {what}.");
        }

        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
    }
}

static async Task<byte[]> VideoAsync(string path)
{
    using var ffmpeg = Process.Start("ffmpeg",
    [
        "-v", "error", "-nostdin", "-f", "lavfi", "-i", "color=teal:s=854x480:r=24:d=1", "-c:v", "libx264", "-preset", "ultrafast",
        "-pix_fmt", "yuv420p", "-movflags", "+faststart", path,
    ]);
    await ffmpeg.WaitForExitAsync();
    return await File.ReadAllBytesAsync(path);
}
