using System.Net;
using System.Net.Sockets;
using System.Text;
using VideoExpress.Jobs.Store;
using static VideoExpress.Tests.Integration.Store.ObjectStoreContract;

namespace VideoExpress.Tests.Integration.Store;

public sealed class PutOutputTests : OutputsTest
{
    private const int MaxPutBytes = 50 << 20;

    internal override StoreSettings Settings => new() { MaxPutBytes = MaxPutBytes };

    [Fact]
    public async Task Put_TakesMore_ThanKestrelsUsualLimit()
    {
        var key = Inbox("video.mp4");
        var bytes = Random(40 << 20);

        using var answer = await Http.PutAsync(PutUrl(key), new ByteArrayContent(bytes));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Store.PathOf(key)));
    }

    [Theory]
    [InlineData("video/mp4", "video/mp4")]
    [InlineData("text/html; charset=utf-8", "text/html; charset=utf-8")]
    [InlineData("no type at all", "application/octet-stream")]
    [InlineData(null, "application/octet-stream")]
    public async Task Put_KeepsTheContentType(string? sent, string kept)
    {
        var key = Inbox("video");
        using var body = new ByteArrayContent([1, 2, 3]);
        if (sent is not null)
        {
            body.Headers.TryAddWithoutValidation("Content-Type", sent);
        }

        using var put = await Http.PutAsync(PutUrl(key), body);
        using var get = await Http.GetAsync(GetUrl(key));

        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(kept, get.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Put_MayBeRepeated_AsAWorkerDoesWhenTheAnswerIsLost()
    {
        var key = Inbox("result.json");
        var url = PutUrl(key);

        using var first = await Http.PutAsync(url, new StringContent("first"));
        using var second = await Http.PutAsync(url, new StringContent("second"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal("second", await File.ReadAllTextAsync(Store.PathOf(key)));
    }

    [Fact]
    public async Task Put_IsRefused_OutsideOfTheInbox_EvenIfItWereSigned()
    {
        var key = await StoredAsync(Published("clip.mp4"));
        var url = Store.Urls.Sign(HttpMethod.Put, key, TimeSpan.FromHours(1), Host);

        using var answer = await Http.PutAsync(url, new StringContent("spoiled"));

        await AssertProblemAsync(answer, 403, "Only keys below inbox/");
        Assert.Equal("0123456789", await File.ReadAllTextAsync(Store.PathOf(key)));
    }

    [Fact]
    public async Task Put_WantsToKnowTheLength()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, PutUrl(Inbox("video.mp4"))) { Content = new StringContent("chunked") };
        request.Headers.TransferEncodingChunked = true;

        using var answer = await Http.SendAsync(request);

        await AssertProblemAsync(answer, 411, "Content-Length");
        Assert.Empty(FilesOnDisk());
    }

    [Fact]
    public async Task Put_RefusesWhatIsTooLarge_BeforeReadingIt()
    {
        using var connection = await SendHeadAsync(PutUrl(Inbox("video.mp4")), MaxPutBytes + 1);

        Assert.StartsWith("HTTP/1.1 413", await ReadLineAsync(connection), StringComparison.Ordinal);
        Assert.Empty(FilesOnDisk());
    }

    [Fact]
    public async Task Put_ThatBreaksOff_LeavesNothing()
    {
        var key = Inbox("video.mp4");
        using (var connection = await SendHeadAsync(PutUrl(key), 1000))
        {
            await connection.GetStream().WriteAsync(new byte[500]);
            await UntilAsync(() => FilesOnDisk().Any());
        }

        await UntilAsync(() => !FilesOnDisk().Any());
        Assert.Null(await Store.StatAsync(key, default));
    }

    [Fact]
    public async Task Put_IsRefused_WhenItsTimeIsOver()
    {
        var url = PutUrl(Inbox("video.mp4"));
        Time.Advance(TimeSpan.FromSeconds(3601));

        using var answer = await Http.PutAsync(url, new StringContent("late"));

        await AssertProblemAsync(answer, 403, "has expired");
        Assert.Empty(FilesOnDisk());
    }

    private static async Task<TcpClient> SendHeadAsync(Uri url, long length)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(url.Host, url.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Length: {length}\r\n\r\n"));
        return connection;
    }

    private static async Task<string?> ReadLineAsync(TcpClient connection)
    {
        using var reader = new StreamReader(connection.GetStream(), leaveOpen: true);
        return await reader.ReadLineAsync();
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }
}

public sealed class PutOutputOnAFullDiskTests : OutputsTest
{
    internal override StoreSettings Settings => new() { MinFreeBytes = long.MaxValue / 2 };

    [Fact]
    public async Task Put_AsksToComeAgain_WhenTheDiskIsFull()
    {
        using var answer = await Http.PutAsync(PutUrl(Inbox("video.mp4")), new StringContent("x"));

        await AssertProblemAsync(answer, 503, "Store:MinFreeBytes");
    }
}
