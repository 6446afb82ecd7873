using System.Diagnostics;
using VideoExpress.Jobs.Store;
using static VideoExpress.Tests.Integration.Store.ObjectStoreContract;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>A real S3 server that misbehaves: what heals is healed, what does not is said, and nothing half-done is left.</summary>
[Collection(S3Tests.Name)]
public sealed class S3FaultTests : IDisposable
{
    private const int Large = 20 << 20;
    private readonly S3Server _server;
    private readonly S3Store _store;

    public S3FaultTests(S3ServerFixture fixture)
    {
        _server = fixture.Server;
        _store = new S3Store(_server.Settings, TimeProvider.System);
        _server.SetFaults("[]");
    }

    public void Dispose()
    {
        _server.SetFaults("[]");
        _store.Dispose();
    }

    [Theory]
    [InlineData("""{"match": "^PUT .*x.bin$", "times": 2, "status": 503, "code": "SlowDown"}""", 1000)]
    [InlineData("""{"match": "^PUT .*x.bin$", "times": 1, "status": 502, "html": true}""", 1000)]
    [InlineData("""{"match": "^PUT .*x.bin$", "times": 1, "status": 429, "code": "TooManyRequests"}""", 1000)]
    [InlineData("""{"match": "^PUT .*x.bin$", "times": 2, "cut_upload": 500}""", 1000)]
    [InlineData("""{"match": "^PUT .*x.bin$", "times": 1, "lose": true}""", 1000)]
    [InlineData("""{"match": "^POST .*uploads", "times": 2, "status": 503, "code": "SlowDown"}""", Large)]
    [InlineData("""{"match": "partNumber=2", "times": 2, "status": 500, "code": "InternalError"}""", Large)]
    [InlineData("""{"match": "partNumber=1", "times": 1, "cut_upload": 1000000}""", Large)]
    [InlineData("""{"match": "^POST .*uploadId=", "times": 1, "status": 200, "code": "InternalError"}""", Large)]
    [InlineData("""{"match": "^POST .*uploadId=", "times": 1, "status": 503, "code": "SlowDown"}""", Large)]
    [InlineData("""{"match": "^POST .*uploadId=", "times": 1, "lose": true}""", Large)]
    [InlineData("""{"match": "^GET .*x.bin", "times": 2, "status": 503, "code": "SlowDown"}""", 1000)]
    [InlineData("""{"match": "^GET .*x.bin", "times": 1, "lose": true}""", 1000)]
    public async Task Put_Succeeds_WhenTheFaultPasses(string fault, int length)
    {
        var key = Published("x.bin");
        var bytes = Random(length);
        _server.SetFaults($"[{fault}]");

        await _store.PutAsync(key, new MemoryStream(bytes), new NewObject(length, "video/mp4"), default);

        await using var content = await _store.OpenReadAsync(key, default);
        Assert.True(await SameBytes.CompareAsync(new MemoryStream(bytes), content!, default));
        Assert.Empty(await S3Uploads.UnfinishedAsync(_server));
    }

    [Theory]
    [InlineData("""{"match": "^PUT .*x.bin$", "status": 503, "code": "SlowDown"}""", 1000, "overloaded", true)]
    [InlineData("""{"match": "^PUT .*x.bin$", "status": 301, "code": "PermanentRedirect"}""", 1000, "another region", false)]
    [InlineData("""{"match": "^PUT .*x.bin$", "status": 302, "html": true}""", 1000, "sends us elsewhere", false)]
    [InlineData("""{"match": "^PUT .*x.bin$", "status": 403, "code": "AccessDenied"}""", 1000, "give the key the rights", false)]
    [InlineData("""{"match": "^PUT .*x.bin$", "status": 200, "code": "InternalError"}""", 1000, "then did not have it", true)]
    [InlineData("""{"match": "^PUT .*x.bin$", "cut_upload": 500}""", 1000, "broke off", true)]
    [InlineData("""{"match": "^POST .*uploads", "lose": true}""", Large, "broke off", true)]
    [InlineData("""{"match": "partNumber=2", "status": 507, "code": "QuotaExceeded"}""", Large, "no room left", true)]
    [InlineData("""{"match": "partNumber=2", "status": 301, "html": true}""", Large, "sends us elsewhere", false)]
    [InlineData("""{"match": "^POST .*uploadId=", "status": 200, "code": "InternalError"}""", Large, "out of order", true)]
    [InlineData("""{"match": "^POST .*uploadId=", "status": 404, "code": "NoSuchUpload"}""", Large, "ended by somebody else", true)]
    public async Task Put_SaysWhatToMend_AndLeavesNothing_WhenTheFaultStays(string fault, int length, string words, bool canHeal)
    {
        var key = Published("x.bin");
        _server.SetFaults($"[{fault}]");

        var error = await Assert.ThrowsAsync<StoreException>(
            () => _store.PutAsync(key, new MemoryStream(Random(length)), new NewObject(length, "video/mp4"), default));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(canHeal, error.CanHeal);
        _server.SetFaults("[]");
        Assert.Null(await _store.StatAsync(key, default));
        Assert.Empty(await S3Uploads.UnfinishedAsync(_server));
    }

    [Fact]
    public async Task Put_RemovesWhatWasStored_WhenItsLengthIsWrong()
    {
        // The lookup afterwards finds another length: the store had taken another body than was sent.
        var key = Inbox("x.bin");
        await _store.PutAsync(key, new MemoryStream(new byte[7]), new NewObject(7, "video/mp4"), default);
        _server.SetFaults("""[{"match": "^PUT .*x.bin$", "status": 200, "code": "InternalError"}]""");

        var error = await Assert.ThrowsAsync<StoreException>(
            () => _store.PutAsync(key, new MemoryStream(new byte[9]), new NewObject(9, "video/mp4"), default));

        Assert.EndsWith("then had 7.", error.Message, StringComparison.Ordinal);
        _server.SetFaults("[]");
        Assert.Null(await _store.StatAsync(key, default));
    }

    [Theory]
    [InlineData("""{"match": "^GET .*x.bin", "cut": 300000}""")]
    [InlineData("""{"match": "^GET .*x.bin", "times": 2, "cut": 0}""")]
    [InlineData("""{"match": "^GET .*x.bin", "times": 1, "cut": 1000000}, {"match": "^GET", "times": 5, "status": 503, "code": "SlowDown"}""")]
    public async Task Read_GoesOn_WhereTheStoreBrokeOff(string faults)
    {
        var (key, bytes) = await StoredAsync();
        _server.SetFaults($"[{faults}]");
        await using var content = await _store.OpenReadAsync(key, default);

        Assert.True(await SameBytes.CompareAsync(new MemoryStream(bytes), content!, default));
    }

    [Fact]
    public async Task Read_GivesUp_WhenTheStoreBreaksOffWithoutAByte_AgainAndAgain()
    {
        var (key, _) = await StoredAsync();
        _server.SetFaults("""[{"match": "^GET .*x.bin", "times": 1, "cut": 300000}, {"match": "^GET .*x.bin", "cut": 0}]""");
        await using var content = await _store.OpenReadAsync(key, default);

        var error = await Assert.ThrowsAsync<StoreException>(() => content!.CopyToAsync(Stream.Null).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Contains("broke off", error.Message, StringComparison.Ordinal);
        Assert.True(error.CanHeal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_NeverGoesOn_InAnotherFile(bool replaced)
    {
        var (key, _) = await StoredAsync();
        _server.SetFaults("""[{"match": "^GET .*x.bin", "times": 1, "cut": 300000}]""");
        await using var content = await _store.OpenReadAsync(key, default);
        await content!.ReadExactlyAsync(new byte[1000]);
        if (replaced)
        {
            await _store.PutAsync(key, new MemoryStream(new byte[1 << 20]), new NewObject(1 << 20, "video/mp4"), default);
        }
        else
        {
            await _store.DeleteAsync(key, default);
        }

        var error = await Assert.ThrowsAsync<StoreException>(() => content.CopyToAsync(Stream.Null));

        Assert.Contains("removed or replaced", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_GoesOn_AfterTheServerWasKilledAndCameBack()
    {
        await using var server = await S3Server.StartAsync();
        using var store = new S3Store(server.Settings, TimeProvider.System);
        var (key, bytes) = (Published("x.bin"), Random(Large));
        await store.PutAsync(key, new MemoryStream(bytes), new NewObject(Large, "video/mp4"), default);
        server.SetFaults("""[{"match": "^GET .*x.bin", "rate": 2000000}]""");
        await using var content = await store.OpenReadAsync(key, default);
        var read = new byte[Large];
        await content!.ReadExactlyAsync(read.AsMemory(0, 1 << 20));

        await server.KillAsync();
        server.SetFaults("[]");
        var rest = content.ReadExactlyAsync(read.AsMemory(1 << 20)).AsTask();
        await server.RestartAsync();

        await rest.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, await content.ReadAsync(new byte[1]));
        Assert.True(bytes.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public async Task Cancel_EndsARunningUpload_AtOnce()
    {
        var key = Inbox("x.bin");
        using var cancel = new CancellationTokenSource();
        _server.SetFaults("""[{"match": "partNumber=2", "rate": 100000}]""");
        var put = _store.PutAsync(key, new MemoryStream(new byte[Large]), new NewObject(Large, "video/mp4"), cancel.Token);
        await UntilAsync(async () => (await S3Uploads.UnfinishedAsync(_server)).Count > 0);

        var start = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(3));
        _server.SetFaults("[]");
        Assert.Empty(await S3Uploads.UnfinishedAsync(_server));
    }

    [Fact]
    public async Task Put_AbortsWhatItBegan_WhenTheStoreTakesTooLong()
    {
        using var impatient = new S3Store(_server.Settings with { RequestTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        _server.SetFaults("""[{"match": "partNumber=2", "delay": 60}]""");
        var length = (16 << 20) + 1;

        var error = await Assert.ThrowsAsync<StoreException>(() => impatient.PutAsync(
            Inbox("x.bin"), new MemoryStream(Random(length)), new NewObject(length, "video/mp4"), default));

        Assert.Contains("did not answer in time", error.Message, StringComparison.Ordinal);
        Assert.True(error.CanHeal);
        _server.SetFaults("[]");
        Assert.Empty(await S3Uploads.UnfinishedAsync(_server));
    }

    [Fact]
    public async Task Put_Succeeds_HoweverSlowTheStore_WhileBytesFlow()
    {
        var key = Inbox("x.bin");
        _server.SetFaults("""[{"match": "^PUT .*x.bin", "rate": 200000}]""");
        using var patient = new S3Store(_server.Settings with { RequestTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);

        // Two seconds of sending, twice what the store may be silent.
        await patient.PutAsync(key, new MemoryStream(Random(400_000)), new NewObject(400_000, "video/mp4"), default);

        Assert.Equal(400_000, (await patient.StatAsync(key, default))!.Length);
    }

    [Fact]
    public async Task Put_GoesOn_WhenTheServerWasFrozenInItsMidst()
    {
        await using var server = await S3Server.StartAsync();
        using var store = new S3Store(server.Settings with { RequestTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        var (key, bytes) = (Published("x.bin"), Random(3 * Large));
        using var content = new SignalStream(bytes, 2 * Large);
        var put = store.PutAsync(key, content, new NewObject(bytes.Length, "video/mp4"), default);
        await content.Reached;
        await server.SignalAsync("STOP");
        content.GoOn();

        // Longer than the store may be silent: what is under way is given up and sent again.
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        Assert.False(put.IsCompleted);
        await server.SignalAsync("CONT");

        await put.WaitAsync(TimeSpan.FromSeconds(30));
        await using var stored = await store.OpenReadAsync(key, default);
        Assert.True(await SameBytes.CompareAsync(new MemoryStream(bytes), stored!, default));
        Assert.Empty(await S3Uploads.UnfinishedAsync(server));
    }

    [Fact]
    public async Task FrozenServer_IsATimeout_NotAWaitForEver()
    {
        await using var server = await S3Server.StartAsync();
        using var store = new S3Store(server.Settings with { RequestTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        await server.SignalAsync("STOP");

        var error = await Assert.ThrowsAsync<StoreException>(
            () => store.StatAsync(Inbox("x.bin"), default).WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.Contains("did not answer in time", error.Message, StringComparison.Ordinal);
        Assert.True(error.CanHeal);

        await server.SignalAsync("CONT");
        Assert.Null(await store.StatAsync(Inbox("x.bin"), default));
    }

    [Fact]
    public async Task KilledServer_IsSaid_AndTheUploadWorksAfterItsRestart()
    {
        await using var server = await S3Server.StartAsync();
        using var store = new S3Store(server.Settings, TimeProvider.System);
        var key = Published("x.bin");
        server.SetFaults("""[{"match": "partNumber=2", "rate": 100000}]""");
        var put = store.PutAsync(key, new MemoryStream(Random(Large)), new NewObject(Large, "video/mp4"), default);
        await UntilAsync(async () => (await S3Uploads.UnfinishedAsync(server)).Count > 0);

        await server.KillAsync();

        var error = await Assert.ThrowsAsync<StoreException>(() => put.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.True(error.CanHeal);
        server.SetFaults("[]");
        await server.RestartAsync();
        Assert.Null(await store.StatAsync(key, default));
        Assert.Equal(1, await store.EndUnfinishedAsync(DateTimeOffset.MaxValue, default));
        Assert.Empty(await S3Uploads.UnfinishedAsync(server));
        await store.PutAsync(key, new MemoryStream(Random(Large)), new NewObject(Large, "video/mp4"), default);
        Assert.Equal(Large, (await store.StatAsync(key, default))!.Length);
    }

    private async Task<(StoreKey Key, byte[] Bytes)> StoredAsync()
    {
        var (key, bytes) = (Inbox("x.bin"), Random(2 << 20));
        await _store.PutAsync(key, new MemoryStream(bytes), new NewObject(bytes.Length, "video/mp4"), default);
        return (key, bytes);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }
}
