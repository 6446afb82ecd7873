using System.Diagnostics;
using System.Text.Json.Nodes;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>RunPod's own npm client, one process: see Services/runpod-sdk/README.md.</summary>
internal sealed class NpmClient : IDisposable
{
    private readonly Process _process;

    public NpmClient(GatewayHost host, string? key = null)
    {
        var script = Repository.Path("VideoExpress.Tests", "Services", "runpod-sdk", "client.mjs");
        var (baseUrl, endpoint) = (new Uri(host.Endpoint, ".").AbsoluteUri.TrimEnd('/'), host.Endpoint.Segments[^1]);
        _process = Process.Start(new ProcessStartInfo("node", [script, baseUrl, key ?? host.Keys.Client, endpoint])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>One call of the client's endpoint, and what it returned.</summary>
    public async Task<JsonNode?> CallAsync(string call, params JsonNode?[] arguments) => (await AllAsync(call, arguments)).Answer;

    /// <summary>A whole stream.</summary>
    public async Task<IReadOnlyList<string>> StreamAsync(string id) => (await AllAsync("stream", id)).Chunks;

    /// <summary>A call that throws: what it says.</summary>
    public async Task<string> ErrorAsync(string call, params JsonNode?[] arguments)
    {
        await SendAsync(call, arguments);
        return (await ReadAsync())["error"]!.GetValue<string>();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private async Task<(JsonNode? Answer, IReadOnlyList<string> Chunks)> AllAsync(string call, params JsonNode?[] arguments)
    {
        await SendAsync(call, arguments);
        var chunks = new List<string>();
        while (true)
        {
            var line = await ReadAsync();
            Assert.False(line.ContainsKey("error"), $"{call}: {line["error"]}");
            if (!line.ContainsKey("chunk"))
            {
                return (line["answer"], chunks);
            }

            chunks.Add(line["chunk"]!.ToJsonString());
        }
    }

    private Task SendAsync(string call, JsonNode?[] arguments) =>
        _process.StandardInput.WriteLineAsync(new JsonObject { ["call"] = call, ["arguments"] = new JsonArray(arguments) }.ToJsonString());

    private async Task<JsonObject> ReadAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(line is not null, "RunPod's npm client ended; VideoExpress.Tests/Services/runpod-sdk/install puts it there.");
        return JsonNode.Parse(line)!.AsObject();
    }
}
