using System.Buffers.Binary;
using System.Text.Json;
using VideoExpress.Tests.Integration.Store;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>A file that takes long to come from the store, or to go there, is seen to move.</summary>
[Collection(S3Tests.Name)]
public sealed class S3ProgressTests(S3ServerFixture fixture) : IDisposable
{
    /// <summary>Three parts of a multipart upload, the last one half.</summary>
    private const int LargeBytes = 40 << 20;

    public void Dispose() => fixture.Server.SetFaults("[]");

    [Fact]
    public async Task AnUploadToASlowStore_MovesTheProgress_InBothItsHalves()
    {
        fixture.Server.SetFaults("[]");
        await using var host = await ChainHost.StartAsync(fixture.Server.Options);
        var render = await host.RenderAsync();
        var worker = host.Worker();
        var request = await worker.TakeAsync();
        var result = await TestWorker.DeliverAsync(request, Padded(await TestVideo.BytesAsync()));
        fixture.Server.SetFaults("""
            [{"match": "^GET /videos/inbox/.*mp4", "rate": 40000000},
             {"match": "^PUT /videos/jobs/.*partNumber=", "rate": 16000000}]
            """);

        await worker.ReportAsync(request, result);

        // 85 to 92: it comes out of the inbox; 93 to 99: it goes under its published key.
        var seen = await ProgressToTheEndAsync(host, render);
        Assert.Contains(seen, progress => progress is > 85 and <= 92);
        Assert.Contains(seen, progress => progress is > 92 and < 100);
        Assert.Equal(seen.Order(), seen);
    }

    [Fact]
    public async Task APublicationOfAFilm_MovesTheProgress_FileByFile()
    {
        fixture.Server.SetFaults("[]");
        await using var host = await ChainHost.StartAsync(fixture.Server.Options);
        var render = await host.RenderAsync(""","captions":[{"text":"Hello","start":0,"end":1}]""");
        var worker = host.Worker();
        fixture.Server.SetFaults("""[{"match": "^PUT /videos/jobs/.*subtitles", "delay": 1}]""");

        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());

        var seen = await ProgressToTheEndAsync(host, render);
        Assert.Contains(seen, progress => progress is > 95 and < 100);
        Assert.Equal(seen.Order(), seen);
    }

    /// <summary>What the API tells of a job's progress until it has succeeded.</summary>
    private static async Task<List<int>> ProgressToTheEndAsync(ChainHost host, Guid jobId)
    {
        var seen = new List<int>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        JsonElement job;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
            job = await host.GetAsync(jobId);
            seen.Add(job.GetProperty("progress").GetInt32());
        }
        while (job.GetProperty("status").GetString() is "QUEUED" or "RUNNING");

        Assert.Equal("SUCCEEDED", job.GetProperty("status").GetString());
        return seen;
    }

    /// <summary>The same video with a box at its end that players skip.</summary>
    private static byte[] Padded(byte[] video)
    {
        var padded = new byte[LargeBytes];
        video.CopyTo(padded, 0);
        BinaryPrimitives.WriteInt32BigEndian(padded.AsSpan(video.Length), LargeBytes - video.Length);
        "free"u8.CopyTo(padded.AsSpan(video.Length + 4));
        return padded;
    }
}
