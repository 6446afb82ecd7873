using Microsoft.Extensions.Time.Testing;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>Handlers that yield, and clients that read along.</summary>
public sealed class StreamTests : IAsyncLifetime, IDisposable
{
    private const string NothingYet = """{"status":"IN_PROGRESS","stream":[]}""";

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private GatewayHost _host = null!;
    private HttpWorker _worker = null!;
    private string _id = null!;

    /// <summary>A request that a worker has.</summary>
    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = _host.Client();
        _worker = _host.Worker("w1");
        _id = await client.AcceptedAsync();
        await _worker.TakeIdAsync();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Chunks_AreGivenOnce_InTheOrderTheyCame_AndTheLastWithTheFinalStatus()
    {
        for (var i = 0; i < 12; i++)
        {
            await _worker.ChunkAsync(_id, $$$"""{"output": {"n": {{{i}}}}}""");
        }

        Assert.Equal(
            $$"""{"status":"IN_PROGRESS","stream":[{{string.Join(',', Enumerable.Range(0, 12).Select(i => $$$"""{"output":{"n": {{{i}}}}}"""))}}]}""",
            await StreamAsync());
        await _worker.ChunkAsync(_id, """{"output": null}""");
        await _worker.ReportAsync(_id, """{"output": []}""");

        Assert.Equal("""{"status":"COMPLETED","stream":[{"output":null}]}""", await StreamAsync());
        Assert.Equal("""{"status":"COMPLETED","stream":[]}""", await StreamAsync());
        Assert.Contains("""
            "output":[]
            """, (await _host.CallAsync("GET", $"status/{_id}")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_IsHeldASecond_OrUntilAChunkComes()
    {
        var idle = StreamAsync();
        await Until.TrueAsync(() => _host.Held("stream") == 1);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        await _host.CallAsync("GET", "health");
        Assert.False(idle.IsCompleted);
        await Until.TrueAsync(() => Advanced(0.1) && idle.IsCompleted); // the second may have begun after the first advance
        Assert.Equal(NothingYet, await idle);

        var waiting = StreamAsync();
        await Until.TrueAsync(() => _host.Held("stream") == 1);
        await _worker.ChunkAsync(_id, """{"output": "now"}""");

        Assert.Equal("""{"status":"IN_PROGRESS","stream":[{"output":"now"}]}""", await waiting);
    }

    private bool Advanced(double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return true;
    }

    [Fact]
    public async Task Chunk_IsGivenAgain_WhenItsAnswerCouldNotBeWritten()
    {
        await _worker.ChunkAsync(_id, """{"output": 1}""");
        _host.CutOff = _id;
        Assert.Equal("", await StreamAsync());

        _host.CutOff = "";
        Assert.Equal("""{"status":"IN_PROGRESS","stream":[{"output":1}]}""", await StreamAsync());
    }

    [Fact]
    public async Task Client_ThatComesLate_IsGivenAllInParts_AndTheFinalStatusOnlyWithTheLast()
    {
        var chunk = new string('x', 1_000_000);
        for (var i = 0; i < 10; i++)
        {
            await _worker.ChunkAsync(_id, $$$"""{"output": "{{{i}}}{{{chunk}}}"}""");
        }

        await _worker.ReportAsync(_id, "{}");

        var (first, second) = (await StreamAsync(), await StreamAsync());
        Assert.StartsWith("""{"status":"IN_PROGRESS","stream":[{"output":"0x""", first, StringComparison.Ordinal);
        Assert.StartsWith("""{"status":"COMPLETED","stream":[{"output":"9x""", second, StringComparison.Ordinal);
        Assert.InRange(first.Length, 9_000_000, 9_001_000);
    }

    [Theory]
    [InlineData("""{"output": NaN}""")]
    [InlineData("""{"error": "no output"}""")]
    [InlineData("")]
    public async Task Chunk_ThatNoClientCouldRead_IsTakenAndDropped(string body)
    {
        await _worker.ChunkAsync(_id, body);
        await _worker.ChunkAsync(_id, $$"""{"output": "{{new string('x', 1 << 20)}}"}""");
        await _worker.ChunkAsync(_id, """{"output": 1}""");

        Assert.Equal("""{"status":"IN_PROGRESS","stream":[{"output":1}]}""", await StreamAsync());
    }

    [Fact]
    public async Task Chunk_OfARequestThatIsOver_OrOfAnotherWorker_IsDropped()
    {
        await _host.Worker("w2").ChunkAsync(_id, """{"output": "another's"}""");
        await _worker.ReportAsync(_id, "{}");
        await _worker.ChunkAsync(_id, """{"output": "too late"}""");

        Assert.Equal("""{"status":"COMPLETED","stream":[]}""", await StreamAsync());
    }

    [Fact]
    public async Task Stream_BeginsAnew_WhenTheRequestIsHandedOutAgain()
    {
        await _worker.ChunkAsync(_id, """{"output": "first try"}""");
        await StreamAsync();
        await _worker.ChunkAsync(_id, """{"output": "never given"}""");
        _time.Advance(TimeSpan.FromSeconds(6));
        await _worker.PingAsync();
        await _worker.PingAsync();

        Assert.Equal(_id, await _host.Worker("w2").TakeIdAsync());
        await _host.Worker("w2").ChunkAsync(_id, """{"output": "second try"}""");

        Assert.Equal("""{"status":"IN_PROGRESS","stream":[{"output":"second try"}]}""", await StreamAsync());
    }

    [Fact]
    public async Task Chunks_GoWithTheirRequest()
    {
        await _worker.ChunkAsync(_id, """{"output": 1}""");
        _time.Advance(TimeSpan.FromDays(1));
        await Until.TrueAsync(async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return (await _host.CallAsync("GET", $"stream/{_id}")).Status == 404;
        });

        Assert.Equal(0, _host.Storage.Read(connection => Dapper.SqlMapper.ExecuteScalar<int>(connection, "select count(*) from gpu_chunks")));
    }

    private async Task<string> StreamAsync() => (await _host.CallAsync("GET", $"stream/{_id}")).Body;
}
