using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;

namespace VideoExpress.Tests.Integration.Hosting;

/// <summary>Query parameters, over every call of the API.</summary>
public sealed class QueryTests : IAsyncLifetime
{
    private static readonly string[] Api = ["/jobs", "/assets", "/timeline", "/retention"];
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task EveryCall_RefusesAQueryParameterThatItDoesNotTake()
    {
        var calls = _server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => (Path: "/" + endpoint.RoutePattern.RawText!.Trim('/'), HttpMethods: endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []))
            .Where(call => Api.Any(start => call.Path == start || call.Path.StartsWith(start + "/", StringComparison.Ordinal)))
            .SelectMany(call => call.HttpMethods.Select(method => (method, call.Path)))
            .ToList();

        Assert.InRange(calls.Count, 24, 100);
        foreach (var (method, path) in calls)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{id}", $"{Guid.Empty}", StringComparison.Ordinal) + "?dry_run=true");
            using var answer = await _server.Http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();

            Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{method} {path}: {answer.StatusCode} {text}");
            Assert.True(method == "HEAD" || JsonElement.Parse(text).GetProperty("errors").TryGetProperty("dry_run", out _), $"{method} {path}: {text}");
        }
    }

    [Fact]
    public async Task ADryRunOfAJob_MakesNone_SinceThereAreNoDryRunsYet()
    {
        using var body = new StringContent("""{"type":"RENDER","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"} }""", null, "application/json");
        using var answer = await _server.Http.PostAsync("/jobs?dry_run=true", body);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("this call takes no query parameters", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(_server.App.Services.GetRequiredService<JobDesk>().List(10));
    }

    [Theory]
    [InlineData("/jobs?limt=5", "limt: is not known here; did you mean limit?")]
    [InlineData("/assets?colour=red", "colour: is not known here; known are limit, trash.")]
    [InlineData("/retention/scrub?verfy=true&limit=5", "limit: is not known here; known are verify. verfy: is not known here; did you mean verify?")]
    [InlineData("/jobs?=5", "?: is not known here; known are limit, trash.")]
    public async Task ARefusal_NamesWhatWasMeant_OrWhatIsKnown(string call, string detail)
    {
        using var answer = await _server.Http.GetAsync(call);

        Assert.Equal(detail, JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("/jobs?limit=5&Trash=true")]
    [InlineData("/assets?limit=5&trash=true")]
    [InlineData("/retention/scrub?verify=true")]
    [InlineData("/health?probe=1")]
    public async Task WhatACallTakes_IsTaken(string call)
    {
        using var answer = await _server.Http.GetAsync(call);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
