using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using VideoExpress.Tests.Integration.Assets;
using VideoExpress.Tests.Integration.Chain;

namespace VideoExpress.Tests.Integration.Jobs;

/// <summary>A call with an <c>Idempotency-Key</c>, repeated, makes no second job.</summary>
public sealed class IdempotencyKeyTests : IAsyncLifetime
{
    private const string Render = """{"type":"RENDER","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"}}""";
    private const string SameRender = """ {"params":{"resolution":"480p","prompt":"\u0061 lighthouse","duration":1.0},"type":"RENDER"} """;
    private const string OtherRender = """{"type":"RENDER","params":{"prompt":"a lighthouse","duration":2,"resolution":"480p"}}""";

    private ChainHost _host = null!;

    public async Task InitializeAsync() => _host = await ChainHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task TheSameCall_IsAnsweredWithItsJob_AsItStandsNow()
    {
        var first = await PostAsync(Render, "\"one\"");
        _host.Desk.Cancel(first.JobId);

        var again = await PostAsync(SameRender, "one");

        Assert.Equal((HttpStatusCode.Created, false, $"/jobs/{first.JobId}"), (first.Status, first.IsReplay, first.Location));
        Assert.Equal((HttpStatusCode.Created, true, $"/jobs/{first.JobId}"), (again.Status, again.IsReplay, again.Location));
        Assert.Equal("CANCELED", again.Body.GetProperty("status").GetString());
        Assert.Equal(1, Jobs());
        Assert.NotEqual(first.JobId, (await PostAsync(Render, "two")).JobId);
        Assert.NotEqual(first.JobId, (await PostAsync(Render, null)).JobId);
    }

    [Fact]
    public async Task AFinishedJob_IsAnsweredWithItsFiles()
    {
        var first = await PostAsync(Render, "k");
        var worker = _host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        await _host.UntilSucceededAsync(first.JobId);

        var again = await PostAsync(Render, "k");

        Assert.Equal("SUCCEEDED", again.Body.GetProperty("status").GetString());
        Assert.NotEqual(0, again.Body.GetProperty("output_urls").GetArrayLength());
    }

    [Fact]
    public async Task AKeySentWithAnotherRequest_IsRefused_AndNamesItself()
    {
        var first = await PostAsync(Render, "k");

        foreach (var (path, body) in new[] { ("/jobs", OtherRender), ("/timeline/stitch", Render), ("/jobs", "{}") })
        {
            var refused = await PostAsync(body, "k", path);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
            Assert.Contains($"job {first.JobId}", Sentence(refused), StringComparison.Ordinal);
        }

        Assert.Equal(1, Jobs());
        Assert.True((await PostAsync(Render, "k")).IsReplay);
    }

    [Theory]
    [InlineData("/jobs", Render)]
    [InlineData("/timeline/stitch", """{"clips":[{"url":"https://example.com/a.mp4"}]}""")]
    public async Task CallsAtOnce_MakeOneJob(string path, string body)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => PostAsync(body, "k", path))));

        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.Created, answers[0].JobId), (answer.Status, answer.JobId)));
        Assert.Single(answers, answer => !answer.IsReplay);
        Assert.Equal(1, Jobs());
    }

    [Fact]
    public async Task ARepeatedCall_IsAnswered_ThoughWhatItBuiltOnIsGone()
    {
        var source = await PostAsync(Render, null);
        var film = $$$"""{"clips":[{"url":{"job":"{{{source.JobId}}}"}}]}""";
        var first = await PostAsync(film, "k", "/timeline/stitch");
        _host.Desk.Cancel(source.JobId);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(film, "other", "/timeline/stitch")).Status);
        var again = await PostAsync(film, "k", "/timeline/stitch");

        Assert.Equal((true, first.JobId), (again.IsReplay, again.JobId));
    }

    [Fact]
    public async Task ARemovedJob_IsStillTheAnswer()
    {
        var first = await PostAsync(Render, "k");
        _host.Write(db => db.Execute("update jobs set status = 'CANCELED', retention = 'removed', trashed_at = 1, trash_reason = 'deleted'"));

        var again = await PostAsync(Render, "k");

        Assert.Equal((true, first.JobId), (again.IsReplay, again.JobId));
        Assert.Equal("removed", again.Body.GetProperty("trash").GetProperty("state").GetString());
    }

    [Fact]
    public async Task ARefusedCall_KeepsNothing_SoThatItsKeyIsFree()
    {
        var refused = await PostAsync("""{"type":"RENDER","params":{}}""", "k");
        var mended = await PostAsync(Render, "k");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal((HttpStatusCode.Created, false), (mended.Status, mended.IsReplay));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("\"a b\"")]
    [InlineData("\"\"")]
    [InlineData("\"a")]
    [InlineData("\"a\"b")]
    [InlineData("\"a\\b\"")]
    [InlineData("\"a\";p=1")]
    [InlineData("")]
    public async Task WhatIsNoKey_IsRefused(string header) => await AssertNoKeyAsync(header);

    [Fact]
    public async Task AKeyHas255CharactersAtMost()
    {
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(Render, new string('~', 255))).Status);
        await AssertNoKeyAsync(new string('~', 256));
    }

    [Fact]
    public async Task AQuotation_IsRead()
    {
        var first = await PostAsync(Render, """a\"b""");

        Assert.Equal(first.JobId, (await PostAsync(Render, """
            "a\\\"b"
            """)).JobId);
    }

    [Fact]
    public async Task TwoKeys_AreRefused()
    {
        using var request = await RawRequest.SendAsync(
            _host.Http.BaseAddress!, "POST", "/jobs", Render.Length, Encoding.ASCII.GetBytes(Render),
            "Content-Type: application/json", "Idempotency-Key: a", "Idempotency-Key: b");

        Assert.Contains("422", (await request.AnswerAsync()).Split('\r')[0], StringComparison.Ordinal);
        Assert.Equal(0, Jobs());
    }

    [Fact]
    public async Task WhereARepeatedCallMakesASecondThing_TheHeaderIsRefused_AndElsewhereIgnored()
    {
        var job = await PostAsync(Render, null);

        Assert.Contains("second asset", Sentence(await PostAsync("x", "k", "/assets?name=a.mp4")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("", "k", $"/jobs/{job.JobId}/cancel")).Status);
    }

    [Fact]
    public async Task TheDescription_NamesBothHeaders()
    {
        var description = await _host.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        foreach (var path in new[] { "/jobs", "/timeline/stitch" })
        {
            var call = description.GetProperty("paths").GetProperty(path).GetProperty("post");
            Assert.Contains(call.GetProperty("parameters").EnumerateArray(), header => header.GetProperty("name").GetString() == "Idempotency-Key");
            Assert.True(call.GetProperty("responses").GetProperty("201").GetProperty("headers").TryGetProperty("Idempotent-Replayed", out _));
        }
    }

    private async Task AssertNoKeyAsync(string header)
    {
        var answer = await PostAsync(Render, header);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("255 visible ASCII characters", Sentence(answer), StringComparison.Ordinal);
        Assert.Equal(0, _host.Read(db => db.Scalar<int>("select count(*) from idempotency_keys where length(key) > 255")));
    }

    private static string Sentence(Answer answer) => answer.Body.GetProperty("errors").GetProperty("Idempotency-Key")[0].GetString()!;

    private int Jobs() => _host.Read(db => db.Scalar<int>("select count(*) from jobs"));

    private async Task<Answer> PostAsync(string body, string? key, string path = "/jobs")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("Idempotency-Key", key));
        }

        using var answer = await _host.Http.SendAsync(request);
        return new Answer(
            answer.StatusCode, answer.Headers.TryGetValues("Idempotent-Replayed", out var replayed) && replayed.Single() == "true",
            answer.Headers.Location?.ToString(), await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private sealed record Answer(HttpStatusCode Status, bool IsReplay, string? Location, JsonElement Body)
    {
        public Guid JobId => Body.GetProperty("job_id").GetGuid();
    }
}
