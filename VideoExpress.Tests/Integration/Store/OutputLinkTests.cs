using System.Text.Json;
using VideoExpress.Tests.Integration.Chain;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>The URLs in a job's JSON, from the real server.</summary>
public sealed class OutputLinkTests
{
    [Fact]
    public async Task Urls_AreSignedAfreshOnEachRead_AndNeverStored()
    {
        await using var host = await ChainHost.StartAsync();
        var id = await FinishedAsync(host);

        var first = Url(await host.GetAsync(id), "url");
        await UntilAsync(async () => Url(await host.GetAsync(id), "url") != first);

        var stored = host.Read(db => db.List<string>(
            "select output_urls from jobs where job_id = @id union all select key from outputs where job_id = @id", new { id = id.ToString("D") }));
        Assert.NotEmpty(stored);
        Assert.All(stored, text => Assert.DoesNotContain("sig=", text, StringComparison.Ordinal));
        Assert.All(stored, text => Assert.DoesNotContain("http", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Urls_PlayInPlace_OrSave_UnderANameMadeOfTheJob()
    {
        await using var host = await ChainHost.StartAsync();
        var id = await FinishedAsync(host);
        var job = await host.GetAsync(id);

        using var shown = await host.Http.GetAsync(Url(job, "url"));
        using var saved = await host.Http.GetAsync(Url(job, "download_url"));

        var name = $"render-{id.ToString("D")[..13]}-video.mp4";
        var (inPlace, toDisk) = (shown.Content.Headers.ContentDisposition!, saved.Content.Headers.ContentDisposition!);
        Assert.Equal(("inline", name), (inPlace.DispositionType, inPlace.FileNameStar));
        Assert.Equal(("attachment", name), (toDisk.DispositionType, toDisk.FileNameStar));
        Assert.Equal(job.GetProperty("output_urls")[0].GetString(), Url(job, "url"));
    }

    private static async Task<Guid> FinishedAsync(ChainHost host)
    {
        var render = await host.RenderAsync();
        var worker = host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        await host.UntilSucceededAsync(render);
        return render;
    }

    private static string? Url(JsonElement job, string which) => job.GetProperty("outputs")[0].GetProperty(which).GetString();

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }
}
