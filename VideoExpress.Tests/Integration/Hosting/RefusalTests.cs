using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace VideoExpress.Tests.Integration.Hosting;

/// <summary>What the calls about jobs refuse before they look at a job's parameters.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("[]", "body", "must be an object, not a list.")]
    [InlineData("null", "body", "must be an object, not null.")]
    [InlineData("""{"type":"RENDER","type":"EXPORT"}""", "type", "is given more than once.")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"a","prompt":"b"}}""", "params.prompt", "is given more than once.")]
    [InlineData("""{"type":"EXPORT","params":{"clips":[{"url":"a","u\u0072l":"b"}]}}""", "params.clips[0].url", "is given more than once.")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"\ud800"}}""", "params.prompt", "is no valid Unicode text.")]
    [InlineData("""{"\ud800":1}""", "body", "has a key that is no valid Unicode text.")]
    public async Task Post_NamesWhatIsWrong(string body, string field, string sentence)
    {
        using var answer = await PostAsync("/jobs", body);

        Assert.Equal(sentence, await SentenceAsync(answer, field));
    }

    [Theory]
    [InlineData("/jobs?limt=5", "limt", "is not known here; did you mean limit?")]
    [InlineData("/jobs?limit=5&status=FAILED", "status", "is not known here; known are limit, trash.")]
    public async Task List_RefusesAQuestionThatItDoesNotUnderstand(string path, string field, string sentence)
    {
        using var answer = await _server.Http.GetAsync(path);

        Assert.Equal(sentence, await SentenceAsync(answer, field));
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) =>
        _server.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    private static async Task<string?> SentenceAsync(HttpResponseMessage answer, string field)
    {
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return problem.GetProperty("errors").GetProperty(field)[0].GetString();
    }
}
