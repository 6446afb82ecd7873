using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Provider;

/// <summary>
/// A provider with a till: speaks RunPod's wire on loopback, does the work itself as the worker contract has it, and misbehaves where it is
/// told. It lives in the test's process, so that it outlives every kill of the server.
/// </summary>
internal sealed class ProviderDouble : IAsyncDisposable
{
    public const string ApiKey = "provider-key";

    private const int MaxBodyBytes = 10 << 20;
    private const string Base = "/v2/double";
    private readonly WebApplication _app;
    private readonly ProviderPace _pace;
    private readonly ProviderClock _clock;
    private readonly Platform _platform;
    private readonly WebhookSender _webhooks;
    private readonly StoreFiles _store = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<string, ProviderRequest> _requests = new();
    private readonly ConcurrentDictionary<string, int> _submissions = new();
    private readonly ConcurrentBag<Task> _running = [];
    private int _accepted;
    private int _calls;

    private ProviderDouble(WebApplication app, ProviderPace pace, TimeProvider time)
    {
        (_app, _pace, _clock) = (app, pace, new ProviderClock(time, pace.Scale));
        _platform = new Platform(new ContractWorker(_store, _clock, pace), _clock, pace, Till);
        _webhooks = new WebhookSender(_clock, pace);
    }

    public Uri Endpoint => new(_app.Urls.First() + Base);

    public Till Till { get; } = new();

    /// <summary>What goes wrong with a submission. Default: nothing.</summary>
    public Func<Submission, Misbehaviour> Script { get; set; } = _ => Misbehaviour.None;

    /// <summary>True: every call is answered with a proxy's 503, and nothing is accepted.</summary>
    public bool IsAway { get; set; }

    /// <summary>Calls of any kind so far.</summary>
    public int Calls => _calls;

    /// <summary>Webhooks that were answered with success.</summary>
    public int WebhooksDelivered => _webhooks.Delivered;

    /// <summary>Requests that wait or run.</summary>
    public IReadOnlyList<ProviderRequest> Open => [.. _requests.Values.Where(request => !request.IsOver)];

    public static async Task<ProviderDouble> StartAsync(ProviderPace? pace = null, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 2 * MaxBodyBytes);
        builder.Logging.ClearProviders();
        var provider = new ProviderDouble(builder.Build(), pace ?? new ProviderPace(), time ?? TimeProvider.System);
        provider._app.Use(provider.GuardAsync);
        provider._app.MapPost($"{Base}/run", (Delegate)provider.RunAsync);
        provider._app.MapGet(Base + "/status/{id}", provider.StatusAsync);
        provider._app.MapPost(Base + "/cancel/{id}", provider.Cancel);
        provider._app.MapGet($"{Base}/health", provider.Health);
        await provider._app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _app.DisposeAsync();
        await Task.WhenAll(_running);
        foreach (var request in _requests.Values)
        {
            request.Dispose();
        }

        _webhooks.Dispose();
        _store.Dispose();
        _closing.Dispose();
    }

    private Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref _calls);
        if (IsAway)
        {
            return Html(StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
        }

        return context.Request.Headers.Authorization.ToString() is $"Bearer {ApiKey}" or ApiKey
            ? next(context)
            : Results.StatusCode(StatusCodes.Status401Unauthorized).ExecuteAsync(context);
    }

    private async Task<IResult> RunAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaxBodyBytes)
        {
            return Error(StatusCodes.Status400BadRequest, "exceeded max body size of 10MiB");
        }

        var body = await ReadAsync(context);
        if (body?["input"] is not JsonObject { Count: > 0 } input)
        {
            return Error(StatusCodes.Status400BadRequest, "input must be an object that is not empty");
        }

        var job = input["job_id"]?.GetValue<string>() ?? "";
        var behaviour = Script(new Submission(input, _submissions.AddOrUpdate(job, 1, (_, count) => count + 1)));
        if (behaviour.Run == RunLie.Refuses)
        {
            context.Response.Headers.RetryAfter = "1";
            return Results.StatusCode(StatusCodes.Status429TooManyRequests);
        }

        return behaviour.Run == RunLie.Loses
            ? Error(StatusCodes.Status500InternalServerError, "internal server error")
            : await AnswerAsync(Accept(body, behaviour), context);
    }

    private static async Task<JsonObject?> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private ProviderRequest Accept(JsonObject body, Misbehaviour behaviour)
    {
        var request = new ProviderRequest($"{Interlocked.Increment(ref _accepted):D6}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}-u1", body, behaviour, _clock.Now);
        _requests[request.Id] = request;
        _running.Add(LiveAsync(request));
        return request;
    }

    private async Task LiveAsync(ProviderRequest request)
    {
        await _platform.RunAsync(request, _closing.Token);
        try
        {
            if (request.IsOver)
            {
                await _webhooks.SendAsync(request, _closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task<IResult> AnswerAsync(ProviderRequest request, HttpContext context)
    {
        var answer = $$"""{"id":"{{request.Id}}","status":"IN_QUEUE"}""";
        switch (request.Behaviour.Run)
        {
            case RunLie.HangsUp:
                context.Abort();
                return Results.Empty;
            case RunLie.Says500:
                return Error(StatusCodes.Status500InternalServerError, "internal server error");
            case RunLie.SaysHtml:
                return Html(StatusCodes.Status502BadGateway);
            case RunLie.SaysHalf:
                return Json(answer[..^20]);
            case RunLie.SaysNothing:
                await WaitAsync(Timeout.InfiniteTimeSpan, context);
                return Results.Empty;
            case RunLie.IsLate:
                await WaitAsync(_pace.Lateness, context);
                break;
        }

        return Json(answer);
    }

    private async Task<IResult> StatusAsync(string id, HttpContext context)
    {
        if (Find(id) is not { } request)
        {
            return Error(StatusCodes.Status404NotFound, "job not found");
        }

        var (behaviour, look) = (request.Behaviour, request.Look());
        if (behaviour.IsSlow)
        {
            await WaitAsync(_pace.Lateness, context);
        }

        var answer = request.ToAnswer().ToJsonString();
        return look switch
        {
            _ when look <= behaviour.StatusErrors => Error(StatusCodes.Status500InternalServerError, "internal server error"),
            _ when look <= behaviour.StatusErrors + behaviour.StatusMisses => Error(StatusCodes.Status404NotFound, "job not found"),
            _ when look <= behaviour.StatusErrors + behaviour.StatusMisses + behaviour.StatusHalves => Json(answer[..(answer.Length / 2)]),
            _ => Json(answer),
        };
    }

    private IResult Cancel(string id)
    {
        if (Find(id) is not { } request)
        {
            return Error(StatusCodes.Status404NotFound, "job not found");
        }

        request.Cancel(_clock.Now);
        return Json(request.ToAnswer().ToJsonString());
    }

    /// <summary>Forgets what is over for too long, and what outlived its time, in whatever state.</summary>
    private ProviderRequest? Find(string id)
    {
        if (!_requests.TryGetValue(id, out var request))
        {
            return null;
        }

        var retention = request.Behaviour.ResultExpires ? TimeSpan.Zero : _pace.Retention;
        var isForgotten = request.FinishedAt + retention <= _clock.Now || request.AcceptedAt + request.TimeToLive <= _clock.Now;
        return isForgotten ? null : request;
    }

    private IResult Health()
    {
        var states = _requests.Values.ToLookup(request => request.Status);
        var running = states[RunPodStates.InProgress].Count();
        var answer = new JsonObject
        {
            ["jobs"] = new JsonObject
            {
                ["completed"] = states[RunPodStates.Completed].Count(), ["failed"] = states[RunPodStates.Failed].Count(),
                ["inProgress"] = running, ["inQueue"] = states[RunPodStates.InQueue].Count(), ["retried"] = 0,
            },
            ["workers"] = new JsonObject
            {
                ["idle"] = 1, ["initializing"] = 0, ["ready"] = 1, ["running"] = running, ["throttled"] = 0, ["unhealthy"] = 0,
            },
        };
        return Json(answer.ToJsonString());
    }

    private async Task WaitAsync(TimeSpan delay, HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _closing.Token);
        try
        {
            await _clock.DelayAsync(delay, either.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the test is over.
        }
    }

    private static IResult Json(string body) => Results.Text(body, "application/json");

    private static IResult Error(int status, string error) => Results.Text($$"""{"error":"{{error}}"}""", "application/json", statusCode: status);

    /// <summary>What stands in front of the provider answers in HTML.</summary>
    private static IResult Html(int status) => Results.Text("<html><body><h1>cloudflare</h1></body></html>", "text/html", statusCode: status);
}

/// <summary>One call of <c>POST /run</c>.</summary>
/// <param name="Input">What the worker would get.</param>
/// <param name="Number">1 for the job's first.</param>
internal sealed record Submission(JsonObject Input, int Number);
