using VideoExpress.Tests.Integration.Chain;
using VideoExpress.Tests.Integration.Store;

namespace VideoExpress.Tests.Integration.Commands;

/// <summary>The original document's four settings, in a file <c>.env</c>, are all that a bucket needs.</summary>
[Collection(S3Tests.Name)]
public sealed class DotEnvTests(S3ServerFixture fixture) : IDisposable
{
    private readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task FourLinesInDotEnv_AndAJobsOutputLandsInTheBucket_AndTheDoctorIsContent()
    {
        fixture.Server.SetFaults("[]");
        var s3 = fixture.Server.Settings;
        await File.WriteAllTextAsync(_root.File(".env"), $"""
            S3_BUCKET={s3.Bucket}
            S3_ENDPOINT={s3.Endpoint}
            S3_ACCESS_KEY={s3.AccessKey}
            S3_SECRET_KEY={s3.SecretKey}
            """);

        await using var host = await ChainHost.StartAsync("--contentRoot", _root.Path);
        var job = await host.RenderAsync();
        var worker = host.Worker();
        var video = await TestVideo.BytesAsync();
        await worker.FinishAsync(await worker.TakeAsync(), video);
        await host.UntilSucceededAsync(job);

        var url = (await host.GetAsync(job)).GetProperty("output_urls")[0].GetString()!;
        Assert.StartsWith($"{s3.Endpoint}{s3.Bucket}/jobs/{job}/", url, StringComparison.Ordinal);
        using var web = new HttpClient();
        Assert.Equal(video, (await web.GetByteArrayAsync(url))[..video.Length]);
        var run = await CommandRun.RunAsync("doctor", "--contentRoot", _root.Path, "--urls", "http://127.0.0.1:0", "--Gateway:LocalWorker", "false");
        Assert.True(run.ExitCode == 0, run.Output);
        run.AssertReports("bucket", "ok", $"\"{s3.Bucket}\" at {s3.Endpoint!.Authority}");
    }
}
