using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>
/// Speaks the provider's wire on loopback and lies where the test says. Every request that it accepts is a charge, whatever it answers.
/// </summary>
internal sealed class LyingProvider : IAsyncDisposable
{
    public const string NotFound = "404";
    public const string Away = "503";
    public const string Unauthorized = "401";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<TakenRequest> _accepted = new();
    private readonly ConcurrentQueue<string> _cancelled = new();
    private int _looks;
    private int _healthLooks;
    private int _runs;

    private LyingProvider(WebApplication app) => _app = app;

    public Uri Endpoint => new($"{_app.Urls.First()}/v2/x");

    /// <summary>What is charged, in order.</summary>
    public IReadOnlyList<TakenRequest> Accepted => [.. _accepted];

    /// <summary>Ids of acknowledged cancels.</summary>
    public IReadOnlyList<string> Cancelled => [.. _cancelled];

    /// <summary>How often a status was asked for.</summary>
    public int Looks => _looks;

    /// <summary>How often its account of itself was asked for.</summary>
    public int HealthLooks => _healthLooks;

    /// <summary>What becomes of the n-th <c>POST /run</c>, from 1. Default: accepted and answered.</summary>
    public Func<int, RunAnswer> OnRun { get; set; } = _ => RunAnswer.Accept;

    /// <summary>The body of a look at a request, or <see cref="NotFound"/>. Default: in the queue.</summary>
    public Func<TakenRequest, string> OnStatus { get; set; } = request => $$"""{"id":"{{request.Id}}","status":"IN_QUEUE"}""";

    /// <summary>How many requests its account of itself says are queued or at work. Default: none.</summary>
    public int InQueue { get; set; }

    /// <summary>False: a cancel changes nothing.</summary>
    public bool Cancels { get; set; } = true;

    /// <summary>True: it promises to know an attempt again, as our own gateway does, and keeps the promise.</summary>
    public bool KnowsAttempts { get; set; }

    /// <summary>A submission that is accepted slowly is answered when this is done.</summary>
    public TaskCompletionSource Slowly { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<LyingProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var provider = new LyingProvider(builder.Build());
        provider._app.MapPost("/v2/x/run", (Delegate)provider.RunAsync);
        provider._app.MapGet("/v2/x/status/{id}", provider.Status);
        provider._app.MapPost("/v2/x/cancel/{id}", provider.Cancel);
        provider._app.MapGet("/v2/x/health", provider.Health);
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>The n-th accepted request, from 1, once it is there.</summary>
    public async Task<TakenRequest> AcceptedAsync(int number)
    {
        await Until.TrueAsync(() => _accepted.Count >= number, seconds: 20);
        return Accepted[number - 1];
    }

    /// <summary>Waits until a status that is asked for from now on has been answered <paramref name="count"/> times.</summary>
    public Task LookedAsync(int count)
    {
        var before = Looks;
        return Until.TrueAsync(() => Looks >= before + count + 1, seconds: 20); // one may be under way
    }

    public ValueTask DisposeAsync()
    {
        Slowly.TrySetResult();
        return _app.DisposeAsync();
    }

    private async Task<IResult> RunAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var run = Interlocked.Increment(ref _runs);
        var answer = OnRun(run);
        if (answer == RunAnswer.Refuse)
        {
            context.Response.Headers.RetryAfter = "1";
            return Results.StatusCode(StatusCodes.Status429TooManyRequests);
        }

        var request = new TakenRequest($"request-{run}-u1", body["input"]!.AsObject())
        {
            Webhook = body["webhook"] is { } url ? new Uri(url.GetValue<string>()) : null,
        };
        if (KnowsAttempts && _accepted.FirstOrDefault(known => known.AttemptId == request.AttemptId) is { } before)
        {
            return Accepting(before);
        }

        _accepted.Enqueue(request);
        switch (answer)
        {
            case RunAnswer.AcceptAndHangUp:
                context.Abort();
                return Results.Empty;
            case RunAnswer.AcceptAndSay500:
                return Results.StatusCode(StatusCodes.Status500InternalServerError);
            case RunAnswer.AcceptSlowly:
                await Slowly.Task;
                break;
        }

        return Accepting(request);
    }

    private static IResult Accepting(TakenRequest request) => Json($$"""{"id":"{{request.Id}}","status":"IN_QUEUE"}""");

    private IResult Health()
    {
        Interlocked.Increment(ref _healthLooks);
        return Json(KnowsAttempts ? """{"jobs":{},"workers":{},"idempotent_key":"attempt_id"}""" : $$"""{"jobs":{"inQueue":{{InQueue}} },"workers":{} }""");
    }

    private IResult Status(string id)
    {
        var request = _accepted.FirstOrDefault(request => request.Id == id);
        var body = request is null ? NotFound : OnStatus(request);
        Interlocked.Increment(ref _looks);
        return body switch
        {
            NotFound => Results.NotFound(),
            Unauthorized => Results.StatusCode(StatusCodes.Status401Unauthorized),
            Away => Results.StatusCode(StatusCodes.Status503ServiceUnavailable),
            _ => Json(body),
        };
    }

    private IResult Cancel(string id)
    {
        if (!Cancels)
        {
            return Json($$"""{"id":"{{id}}","status":"IN_PROGRESS"}""");
        }

        if (_accepted.All(request => request.Id != id))
        {
            return Results.NotFound();
        }

        _cancelled.Enqueue(id);
        return Json($$"""{"id":"{{id}}","status":"CANCELLED"}""");
    }

    private static IResult Json(string body) => Results.Text(body, "application/json");
}

/// <summary>What becomes of a submission.</summary>
internal enum RunAnswer
{
    Accept,
    AcceptAndHangUp,
    AcceptAndSay500,
    AcceptSlowly,
    Refuse,
}
