using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Tests.Unit.Gpu;

public sealed class WorkerInputTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TimesOfAWorker_AreThoseOfItsJobsType()
    {
        var address = new ServerAddress(null);
        address.Listen(new Uri("http://127.0.0.1:8000"));
        var store = new FolderStore(_folder.Path, new byte[32], _time, new StoreSettings());
        var job = AJob.OfType("RENDER");
        var attempt = new Attempt
        {
            Id = Ids.New(_time), JobId = job.Id, Step = 0, Number = 1, State = AttemptState.Submitting, Endpoint = GpuEndpoints.Local, RequestId = null,
            Result = null, CreatedAt = _time.GetUtcNow(),
        };

        var input = new WorkerInput(store, address, new RunPodSettings()).Write(job with { Type = "TRAIN_TWIN" }, JobType.Of(job), attempt);

        Assert.Equal(TimeSpan.FromHours(6).TotalSeconds, input["execution_timeout_s"]!.GetValue<double>());
        var end = _time.GetUtcNow() + TimeSpan.FromHours(36 + 6 + 1);
        string[] urls = ["claim_put_url", "result_put_url", "result_get_url"];
        Assert.All(
            [.. urls.Select(url => input[url]!), input["outputs"]![0]!["put_url"]!],
            url => Assert.Contains($"exp={end.ToUnixTimeSeconds()}&", url.GetValue<string>(), StringComparison.Ordinal));
    }
}
