using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Tests.Integration.Timeline;

/// <summary>Progress, cancel, time-out, and the death of the host.</summary>
[Collection(FootageCollection.Name)]
public sealed class RunTests(Footage footage)
{
    [Fact]
    public async Task Progress_RisesToOne_AndNeverFalls()
    {
        var told = new ConcurrentQueue<double>();
        var request = Footage.Request(footage.Plain, footage.Plain);
        await footage.Stitcher().RunAsync(request, footage.WorkFolder(), new DirectProgress<double>(told.Enqueue), CancellationToken.None);
        Assert.True(told.Count > 20, $"{told.Count} steps");
        Assert.Equal(told.Order(), told);
        Assert.Equal(1, told.Last());
    }

    [Fact]
    public async Task Cancel_LeavesNeitherProcessNorFile_WithinASecond()
    {
        var folder = footage.WorkFolder();
        using var cancel = new CancellationTokenSource();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var film = footage.Stitcher().RunAsync(Slow(), folder, new DirectProgress<double>(_ => started.TrySetResult()), cancel.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.NotEmpty(Workers(folder));

        var watch = Stopwatch.StartNew();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => film);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 1000);
        Assert.Empty(Workers(folder));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task Cancel_BeforeTheStart_StartsNothing()
    {
        var folder = footage.WorkFolder();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => footage.Stitch(Slow(), folder, new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task Run_EndsAtItsTimeLimit_AndMayBeTriedAgain()
    {
        using var folder = WorkingFolder.Create(footage.Folder);
        var runner = new FfmpegRunner(TimeProvider.System, NullLogger<FfmpegRunner>.Instance);
        var endless = Endless();
        var e = await Assert.ThrowsAsync<MediaException>(
            () => runner.RunAsync(endless, folder.FullPath, TimeSpan.FromSeconds(0.5), null, CancellationToken.None));
        Assert.True(e.CanHeal);
        Assert.Empty(Directory.GetFiles(folder.FullPath));
        Assert.Empty(Workers(folder.FullPath));
    }

    [Fact]
    public async Task Run_GivesTheUsefulLine_WhenFfmpegFails()
    {
        using var folder = WorkingFolder.Create(footage.Folder);
        var runner = new FfmpegRunner(TimeProvider.System, NullLogger<FfmpegRunner>.Instance);
        var command = Endless() with { Options = ["-map", "0:a", "-c:a", "no_such_encoder"] };
        var e = await Assert.ThrowsAsync<MediaException>(
            () => runner.RunAsync(command, folder.FullPath, TimeSpan.FromMinutes(1), null, CancellationToken.None));
        Assert.Equal("the test could not be made: Unknown encoder 'no_such_encoder'.", e.Message);
        Assert.False(e.CanHeal);
    }

    [Fact]
    public async Task Ffmpeg_EndsByItself_WhenItsHostIsKilled()
    {
        // The host stands in for ours: it holds the other ends of ffmpeg's pipes, and dies without a word.
        using var folder = WorkingFolder.Create(footage.Folder);
        const string Host = """
            import subprocess, sys
            child = subprocess.Popen("exec ffmpeg " + sys.argv[1], shell=True, stdin=-1, stdout=-1, stderr=-1)
            print(child.pid, flush=True)
            for line in child.stdout:
                print("packet", flush=True)
            """;
        using var host = Process.Start(new ProcessStartInfo("python3", ["-c", Host, FfmpegText.Render(Endless()).Arguments])
        {
            WorkingDirectory = folder.FullPath,
            RedirectStandardOutput = true,
        })!;
        var child = int.Parse((await host.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        Assert.Equal("packet", await host.StandardOutput.ReadLineAsync());
        Assert.True(Tool.Runs(child));

        host.Kill();
        await host.WaitForExitAsync();
        var watch = Stopwatch.StartNew();
        while (Tool.Runs(child) && watch.Elapsed < TimeSpan.FromSeconds(5))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }

        Assert.False(Tool.Runs(child));
    }

    private static FfmpegCommand Endless() =>
        new("the test", [FfmpegInput.Silence], ["-map", "0:a", "-c:a", "aac"], "out.m4a", "mp4", []);

    /// <summary>A film that takes many seconds: small footage in a large format.</summary>
    private StitchRequest Slow() =>
        Footage.Request([.. Enumerable.Repeat(footage.Plain, 20)]) with { Format = new StitchFormat(2560, 1440, 60) };

    /// <summary>ffmpeg and ffprobe at work in a folder.</summary>
    private static List<string> Workers(string folder) =>
    [
        .. Process.GetProcesses()
            .Where(p => p.ProcessName.StartsWith("ff", StringComparison.Ordinal) && Tool.Runs(p.Id))
            .Where(p => $"{Directory.ResolveLinkTarget($"/proc/{p.Id}/cwd", false)}".StartsWith(folder, StringComparison.Ordinal))
            .Select(p => p.ProcessName),
    ];
}
