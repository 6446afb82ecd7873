using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VideoExpress.Bench.Inflight;

/// <summary>
/// Speaks RunPod's wire on loopback, in this process. Every request is at work until all end at a word; from then on a look finds its result,
/// which is put into the store as the look comes.
/// </summary>
internal sealed class PatientProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly byte[] _video;
    private readonly HttpClient _store = new();
    private readonly ConcurrentDictionary<string, Request> _requests = new();
    private readonly ConcurrentQueue<TimeSpan> _looks = new();
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private int _accepted;

    private PatientProvider(WebApplication app, byte[] video) => (_app, _video) = (app, video);

    public Uri Endpoint => new($"{_app.Urls.First()}/v2/patient");

    /// <summary>Requests that were accepted: each is paid.</summary>
    public int Accepted => _accepted;

    /// <summary>Looks so far.</summary>
    public int Looks => _looks.Count;

    /// <summary>True: whatever is looked at is done.</summary>
    public bool AllEnd { get; set; }

    /// <summary>Since it started.</summary>
    public TimeSpan Now => TimeProvider.System.GetElapsedTime(_start);

    public static async Task<PatientProvider> StartAsync(byte[] video)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var provider = new PatientProvider(builder.Build(), video);
        provider._app.MapPost("/v2/patient/run", (Delegate)provider.RunAsync);
        provider._app.MapGet("/v2/patient/status/{id}", provider.StatusAsync);
        provider._app.MapGet("/v2/patient/health", () => Json("""{"jobs":{},"workers":{}}"""));
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>The longest time a request was not looked at, from <paramref name="from"/> to now.</summary>
    public TimeSpan LongestGap(TimeSpan from)
    {
        var now = Now;
        return _requests.Values.Max(request => request.LongestGap(from, now));
    }

    /// <summary>Looks a second, in the busiest ten seconds of a time.</summary>
    public double BusiestRate(TimeSpan from, TimeSpan until)
    {
        var window = TimeSpan.FromSeconds(10);
        var looks = _looks.Where(look => look >= from && look < until).Order().ToArray();
        var (most, first) = (0, 0);
        for (var last = 0; last < looks.Length; last++)
        {
            while (looks[last] - looks[first] > window)
            {
                first++;
            }

            most = Math.Max(most, last - first + 1);
        }

        return most / window.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _store.Dispose();
    }

    private async Task<IResult> RunAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var id = $"{Interlocked.Increment(ref _accepted)}-u1";
        _requests[id] = new Request(body["input"]!.AsObject());
        return Json($$"""{"id":"{{id}}","status":"IN_QUEUE"}""");
    }

    private async Task<IResult> StatusAsync(string id)
    {
        if (!_requests.TryGetValue(id, out var request))
        {
            return Results.NotFound();
        }

        _looks.Enqueue(Now);
        request.Look(Now);
        return Json(AllEnd
            ? $$"""{"id":"{{id}}","status":"COMPLETED","executionTime":1500,"output":{{(await DeliverAsync(request.Input)).ToJsonString()}} }"""
            : $$"""{"id":"{{id}}","status":"IN_PROGRESS"}""");
    }

    private async Task<JsonObject> DeliverAsync(JsonObject input)
    {
        using var content = new ByteArrayContent(_video);
        content.Headers.ContentType = new("video/mp4");
        using var answer = await _store.PutAsync(input["outputs"]![0]!["put_url"]!.GetValue<string>(), content);
        answer.EnsureSuccessStatusCode();
        return new JsonObject
        {
            ["attempt_id"] = input["attempt_id"]!.GetValue<string>(),
            ["files"] = new JsonArray(new JsonObject
            {
                ["name"] = "video", ["content_type"] = "video/mp4", ["bytes"] = _video.Length, ["uploaded"] = true,
                ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(_video)),
            }),
            ["seconds"] = 1.5, ["backend"] = "draft", ["model"] = "m1", ["seed"] = 11,
        };
    }

    private static IResult Json(string body) => Results.Text(body, "application/json");

    private sealed class Request(JsonObject input)
    {
        private readonly List<TimeSpan> _looks = [];

        public JsonObject Input => input;

        public void Look(TimeSpan now)
        {
            lock (_looks)
            {
                _looks.Add(now);
            }
        }

        public TimeSpan LongestGap(TimeSpan from, TimeSpan until)
        {
            lock (_looks)
            {
                var moments = _looks.Where(look => look >= from && look < until).Prepend(from).Append(until).ToArray();
                return moments.Zip(moments.Skip(1), (earlier, later) => later - earlier).Max();
            }
        }
    }
}
