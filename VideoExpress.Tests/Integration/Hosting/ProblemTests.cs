using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using VideoExpress.Jobs.Store;
using VideoExpress.Web.Problems;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed class ProblemTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync(map: app =>
    {
        app.MapPost("/probe", (Probe probe) => TypedResults.Ok(probe));
        app.MapPost("/small", (Probe probe) => TypedResults.Ok(probe)).WithMetadata(new BodyLimit(16));
        app.MapGet("/bug", string () => throw new InvalidOperationException("secret detail of /home/me"));
        app.MapGet("/down", string () => throw new StoreException("The store does not answer.", canHeal: true) { RetryAfter = TimeSpan.FromSeconds(2.5) });
        app.MapGet("/refused", string () => throw new StoreException("The store refused the key.", canHeal: false));
        app.MapGet("/fields", () => Problem.Validation(new Dictionary<string, string[]> { ["params.duration"] = ["Must be at most 60."] }));
        app.MapGet("/conflict", () => Problem.Conflict("The job is over.", KeyValuePair.Create<string, object?>("job", new Probe("x", 1))));
    });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("{ \"prompt\": ")]
    [InlineData("{ \"prompt\": \"a\", }")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("")]
    public async Task UnreadableBody_Is400(string body) => await ProblemAsync(PostAsync("/probe", body), HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("""{ "prompt": "a", "frame_count": "5" }""", "frame_count")]
    [InlineData("""{ "prompt": "a", "frame_count": 1.5 }""", "frame_count")]
    [InlineData("""{ "prompt": 7, "frame_count": 5 }""", "prompt")]
    public async Task WrongField_Is422_AndNamed(string body, string field)
    {
        var problem = await ProblemAsync(PostAsync("/probe", body), HttpStatusCode.UnprocessableEntity);

        Assert.Equal("This value is not of the expected type.", problem.GetProperty("errors").GetProperty(field)[0].GetString());
    }

    [Fact]
    public async Task Json_IsSnakeCase_BothWays()
    {
        using var answer = await PostAsync("/probe", """{ "prompt": "a", "frame_count": 5 }""");

        Assert.Equal("""{"prompt":"a","frame_count":5}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task BodyOfAnotherType_Is415()
    {
        await ProblemAsync(_server.Http.PostAsync("/probe", new StringContent("prompt=a")), HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task BodyThatIsTooLarge_Is413()
    {
        await ProblemAsync(PostAsync("/small", """{ "prompt": "a", "frame_count": 5 }"""), HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task UnknownPath_Is404_EvenForABrowser()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Accept.ParseAdd("text/html");

        await ProblemAsync(_server.Http.SendAsync(request), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task WrongMethod_Is405_WithTheAllowedOnes()
    {
        using var answer = await _server.Http.GetAsync("/probe");

        await ProblemAsync(Task.FromResult(answer), HttpStatusCode.MethodNotAllowed);
        Assert.Contains("POST", answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task Bug_Is500_WithoutItsMessage_AndIsInTheLog()
    {
        using var answer = await _server.Http.GetAsync("/bug");

        var problem = await ProblemAsync(Task.FromResult(answer), HttpStatusCode.InternalServerError);
        Assert.DoesNotContain("secret detail", problem.ToString(), StringComparison.Ordinal);
        Assert.Contains("secret detail", _server.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailureThatHeals_Is503_AndRetryable()
    {
        using var answer = await _server.Http.GetAsync("/down");

        var problem = await ProblemAsync(Task.FromResult(answer), HttpStatusCode.ServiceUnavailable);
        Assert.True(problem.GetProperty("retryable").GetBoolean());
        Assert.Equal("The store does not answer.", problem.GetProperty("detail").GetString());
        Assert.Equal(TimeSpan.FromSeconds(3), answer.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task FailureThatDoesNotHeal_Is500_WithItsSentence()
    {
        var problem = await ProblemAsync(_server.Http.GetAsync("/refused"), HttpStatusCode.InternalServerError);

        Assert.False(problem.GetProperty("retryable").GetBoolean());
        Assert.Equal("The store refused the key.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Validation_NamesItsFields_InErrorsAndDetail()
    {
        var problem = await ProblemAsync(_server.Http.GetAsync("/fields"), HttpStatusCode.UnprocessableEntity);

        Assert.Equal("params.duration: Must be at most 60.", problem.GetProperty("detail").GetString());
        Assert.Equal("Must be at most 60.", problem.GetProperty("errors").GetProperty("params.duration")[0].GetString());
    }

    [Fact]
    public async Task Conflict_CanCarryWhatItIsAbout()
    {
        var problem = await ProblemAsync(_server.Http.GetAsync("/conflict"), HttpStatusCode.Conflict);

        Assert.Equal(1, problem.GetProperty("job").GetProperty("frame_count").GetInt32());
    }

    private static async Task<JsonElement> ProblemAsync(Task<HttpResponseMessage> call, HttpStatusCode status)
    {
        using var answer = await call;
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.StartsWith("urn:problem-type:videoexpress:", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("", problem.GetProperty("title").GetString());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
        Assert.True(problem.TryGetProperty("retryable", out _));
        return problem;
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) =>
        _server.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    private sealed record Probe(string Prompt, int FrameCount);

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
