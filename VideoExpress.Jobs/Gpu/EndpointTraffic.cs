using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using RestSharp;

namespace VideoExpress.Jobs.Gpu;

/// <summary>
/// How calls to one endpoint are made. All wait their turn under RunPod's limits, and share a breaker; the wait is no part of a call's time.
/// Looks and cancels, harmless to repeat, are tried at most 5 times, 1, 2, 4 and 8 s apart with jitter, within 60 s, as long as the breaker is
/// closed. A submission and a look at the health are tried once.
/// </summary>
internal sealed partial class EndpointTraffic : IDisposable
{
    private static readonly TimeSpan SubmitTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WholeTimeout = TimeSpan.FromSeconds(60);

    private readonly List<RateLimiter> _limiters = [];
    private readonly ILogger _log;

    /// <summary>Traffic under RunPod's limits.</summary>
    public EndpointTraffic(TimeProvider time, ILogger log)
        : this(time, log, CallQuota.Run, CallQuota.Status, CallQuota.Cancel)
    {
    }

    /// <summary>Traffic under other limits.</summary>
    public EndpointTraffic(TimeProvider time, ILogger log, CallQuota run, CallQuota status, CallQuota cancel)
    {
        (Time, _log, Breaker) = (time, log, new EndpointBreaker(time, log));
        Submit = Begin(run).AddRateLimiter(Keep(run.LimitRate())).AddPipeline(Breaker.Pipeline).AddTimeout(SubmitTimeout).Build();
        Look = Patient(status);
        Cancel = Patient(cancel);
        Health = Begin().AddPipeline(Breaker.Pipeline).AddTimeout(CallTimeout).Build();
    }

    /// <summary>The clock of time limits and pauses.</summary>
    public TimeProvider Time { get; }

    /// <summary>Whether the endpoint is out of order.</summary>
    public EndpointBreaker Breaker { get; }

    /// <summary><c>POST /run</c>: never repeated.</summary>
    public ResiliencePipeline<RestResponse> Submit { get; }

    /// <summary><c>GET /status</c></summary>
    public ResiliencePipeline<RestResponse> Look { get; }

    /// <summary><c>POST /cancel</c></summary>
    public ResiliencePipeline<RestResponse> Cancel { get; }

    /// <summary><c>GET /health</c>: who wants to know asks again anyway.</summary>
    public ResiliencePipeline<RestResponse> Health { get; }

    /// <inheritdoc />
    public void Dispose() => _limiters.ForEach(limiter => limiter.Dispose());

    private ResiliencePipelineBuilder<RestResponse> Begin() => new() { TimeProvider = Time };

    private ResiliencePipelineBuilder<RestResponse> Begin(CallQuota quota) => Begin().AddRateLimiter(Keep(quota.LimitAtOnce()));

    /// <summary>
    /// The rate is counted for each try. It makes none wait for more than some seconds, since only so many calls are under way at once.
    /// </summary>
    private ResiliencePipeline<RestResponse> Patient(CallQuota quota) => Begin(quota)
        .AddTimeout(WholeTimeout)
        .AddRetry(new RetryStrategyOptions<RestResponse>
        {
            MaxRetryAttempts = 4,
            Delay = TimeSpan.FromSeconds(1),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = outcome => ValueTask.FromResult(MayHeal(outcome.Outcome)),
            DelayGenerator = outcome => ValueTask.FromResult(AskedPause(outcome.Outcome)),
            OnRetry = retry =>
            {
                LogRepeat(retry.AttemptNumber + 1, retry.RetryDelay, (int)(retry.Outcome.Result?.StatusCode ?? 0));
                return default;
            },
        })
        .AddRateLimiter(Keep(quota.LimitRate()))
        .AddPipeline(Breaker.Pipeline)
        .AddTimeout(CallTimeout)
        .Build();

    /// <summary>A long wait that the provider asks for is left to the caller, and so is an endpoint that is out of order.</summary>
    private bool MayHeal(Outcome<RestResponse> outcome) => Breaker.IsClosed && (outcome.Exception is { } error
        ? error is TimeoutRejectedException
        : ProviderError.CanHeal(outcome.Result!) && !(ProviderError.RetryAfter(outcome.Result!, Time) > CallTimeout));

    /// <summary>What the provider asks for, a little spread so that its callers do not come back at the same moment; null: the usual pause.</summary>
    private TimeSpan? AskedPause(Outcome<RestResponse> outcome) =>
        outcome.Result is { } response && ProviderError.RetryAfter(response, Time) is { } asked && asked > TimeSpan.Zero
            ? asked + TimeSpan.FromSeconds(Random.Shared.NextDouble())
            : null;

    private RateLimiter Keep(RateLimiter limiter)
    {
        _limiters.Add(limiter);
        return limiter;
    }

    [LoggerMessage(LogLevel.Information, "The GPU provider is asked again in {Delay} (try {Attempt}): HTTP {Status}")]
    private partial void LogRepeat(int attempt, TimeSpan delay, int status);
}
