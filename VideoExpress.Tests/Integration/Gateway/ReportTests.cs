using System.Net;
using Dapper;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

public sealed class ReportTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private GatewayHost _host = null!;
    private RunPodClient _client = null!;
    private HttpWorker _worker = null!;
    private string _id = null!;

    /// <summary>A request that a worker has.</summary>
    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(_folder);
        _client = _host.Client();
        _worker = _host.Worker("w1");
        _id = await _client.AcceptedAsync();
        await _worker.TakeIdAsync();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("""{"output": {"a": 1}}""", GpuState.Completed, """{"a": 1}""", null)]
    [InlineData("""{"output": null}""", GpuState.Completed, null, null)]
    [InlineData("{}", GpuState.Completed, null, null)]
    [InlineData("""{"output": true, "stopPod": true}""", GpuState.Completed, "true", null)]
    [InlineData("""{"output": {"detail": 1}, "error": "bad prompt"}""", GpuState.Failed, """{"detail": 1}""", "bad prompt")]
    [InlineData("""{"error": {"message": "an object"}}""", GpuState.Failed, null, "an object")]
    [InlineData("""{"error": "{\"error_message\":\"no such model\",\"error_traceback\":\"File /src/h.py\"}"}""", GpuState.Failed, null, "no such model")]
    [InlineData("""{"output": {"score": NaN}}""", GpuState.Failed, null, "invalid JSON from worker")]
    [InlineData("""{"output": """, GpuState.Failed, null, "invalid JSON from worker")]
    [InlineData("", GpuState.Failed, null, "invalid JSON from worker")]
    public async Task Result_EndsTheRequest(string body, GpuState state, string? output, string? error)
    {
        await _worker.ReportAsync(_id, body);

        var status = await _client.GetStatusAsync(_id, default);
        Assert.Equal((state, output, error), (status.State, status.Output?.GetRawText(), status.Error));
    }

    [Fact]
    public async Task Result_OfHalfASurrogatePair_ArrivesAsItCame()
    {
        await _worker.ReportAsync(_id, """{"output": {"file": "\ud800"}}""");

        Assert.Equal("""{"file": "\ud800"}""", (await _client.GetStatusAsync(_id, default)).Output?.GetRawText());
    }

    [Fact]
    public async Task Result_LongerThan32MiB_FailsTheRequest()
    {
        using var body = new ByteArrayContent(new byte[(32 << 20) + 1]);
        using var answer = await _host.SendAsync(HttpMethod.Post, $"job-done/w1/{_id}?isStream=false", body, _host.Keys.Worker);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("the result exceeds 32 MiB", (await _client.GetStatusAsync(_id, default)).Error);
    }

    [Fact]
    public async Task Result_Of31MiB_Arrives()
    {
        await _worker.ReportAsync(_id, $$"""{"output": "{{new string('x', 31 << 20)}}"}""");

        Assert.Equal((31 << 20) + 2, (await _client.GetStatusAsync(_id, default)).Output?.GetRawText().Length);
    }

    [Fact]
    public async Task Progress_AfterTheResult_IsDropped()
    {
        await _worker.ReportAsync(_id, """{"output": "the film"}""");
        await _worker.ReportAsync(_id, """{"status": "IN_PROGRESS", "output": {"progress": 99, "seq": 9}}""");
        await _worker.ReportAsync(_id, """{"error": "a second thought"}""");

        var status = await _client.GetStatusAsync(_id, default);
        Assert.Equal((GpuState.Completed, "\"the film\"", null), (status.State, status.Output?.GetRawText(), status.Error));
    }

    [Fact]
    public async Task Progress_AfterAResultWithoutOutput_IsNotTakenForIt()
    {
        await _worker.ReportAsync(_id, "{}");
        await _worker.ReportAsync(_id, """{"status": "IN_PROGRESS", "output": {"progress": 99}}""");

        var status = await _client.GetStatusAsync(_id, default);
        Assert.Equal((GpuState.Completed, null), (status.State, status.Output));
    }

    [Fact]
    public async Task Progress_OfTheHighestNumberWins()
    {
        foreach (var seq in new[] { 2, 5, 3, 1 })
        {
            await _worker.ReportAsync(_id, $$$"""{"status": "IN_PROGRESS", "output": {"progress": {{{seq * 10}}}, "seq": {{{seq}}}}}""");
        }

        Assert.Equal(50, (await _client.GetStatusAsync(_id, default)).Progress);
    }

    [Fact]
    public async Task Progress_MayBeABareNumber()
    {
        await _worker.ReportAsync(_id, """{"status": "IN_PROGRESS", "output": 42}""");

        Assert.Equal(42, (await _client.GetStatusAsync(_id, default)).Progress);
    }

    [Fact]
    public async Task Progress_ThatCannotBeRead_DoesNotEndTheRequest()
    {
        await _worker.ReportAsync(_id, """{"status": "IN_PROGRESS", "output": {"progress": NaN}}""");
        await _worker.ReportAsync(_id, """{"output": "the film"}""");

        Assert.Equal("\"the film\"", (await _client.GetStatusAsync(_id, default)).Output?.GetRawText());
    }

    [Theory]
    [InlineData("job-done")]
    [InlineData("job-stream")]
    public async Task Report_ThatCannotBeKept_IsAskedForAgain(string call)
    {
        using (var work = _host.Storage.BeginUnitOfWork())
        {
            work.Connection.Execute("alter table gpu_requests rename to elsewhere", transaction: work.Transaction);
            work.Commit();
        }

        using var body = new StringContent("""{"output": 1}""");
        using var answer = await _host.SendAsync(HttpMethod.Post, $"{call}/w1/{_id}", body, _host.Keys.Worker);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task Report_OfAnUnknownRequest_IsTakenAndDropped()
    {
        await _worker.ReportAsync("nobody-u1", """{"output": 1}""");

        Assert.Equal(GpuState.NotFound, (await _client.GetStatusAsync("nobody-u1", default)).State);
    }

    [Fact]
    public async Task Report_IsRefused_WithoutTheWorkerKey()
    {
        using var body = new StringContent("""{"output": 1}""");
        using var answer = await _host.SendAsync(HttpMethod.Post, $"job-done/w1/{_id}", body, _host.Keys.Client);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(GpuState.InProgress, (await _client.GetStatusAsync(_id, default)).State);
    }
}
