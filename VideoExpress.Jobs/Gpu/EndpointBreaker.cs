using System.Globalization;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using RestSharp;

namespace VideoExpress.Jobs.Gpu;

/// <summary>
/// Notices that an endpoint is out of order (no answer, 408 or 5xx for most of its calls), so that nobody waits for it meanwhile: for 2 s
/// calls fail at once, then a single one is let through; as long as that fails too, the pause doubles, up to 30 s.
/// </summary>
internal sealed partial class EndpointBreaker
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile Outage? _outage;

    public EndpointBreaker(TimeProvider time, ILogger log)
    {
        (_time, _log) = (time, log);
        var state = new CircuitBreakerStateProvider();
        Pipeline = new ResiliencePipelineBuilder<RestResponse> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<RestResponse>
            {
                // One caller alone can tell: three tries at an endpoint that hangs end within 45 s.
                SamplingDuration = TimeSpan.FromSeconds(45),
                MinimumThroughput = 3,
                FailureRatio = 0.5,
                BreakDurationGenerator = opening => ValueTask.FromResult(Pause(opening.HalfOpenAttempts)),
                StateProvider = state,
                ShouldHandle = call => ValueTask.FromResult(IsFault(call.Outcome, call.Context, state.CircuitState == CircuitState.HalfOpen)),
                OnOpened = opened => Open(opened.BreakDuration),
                OnClosed = _ => Close(),
            })
            .Build();
    }

    /// <summary>Every call goes through it, whoever makes it.</summary>
    public ResiliencePipeline<RestResponse> Pipeline { get; }

    /// <summary>False from the first opening until a call has succeeded again.</summary>
    public bool IsClosed => _outage is null;

    /// <summary>Fails while the pause lasts, before anything is waited for.</summary>
    /// <exception cref="GpuException">The endpoint is out of order.</exception>
    public void ThrowIfOpen()
    {
        if (_outage is { } outage && _time.GetUtcNow() < outage.AskedAgainAt)
        {
            throw Refusal();
        }
    }

    /// <summary>What a call is told that was not let through.</summary>
    public GpuException Refusal()
    {
        var now = _time.GetUtcNow();
        var outage = _outage ?? new Outage(now, now + FirstPause);
        var left = outage.AskedAgainAt - now;
        return new GpuException(
            string.Create(CultureInfo.InvariantCulture, $"The GPU provider has not answered since {outage.Since:yyyy-MM-dd HH:mm:ss} UTC."), canHeal: true)
        {
            RetryAfter = left > TimeSpan.Zero ? left : FirstPause,
        };
    }

    /// <summary>
    /// A refusal (400, 401, 404, 429) is an answer. A caller who gave up says nothing of the endpoint, except that the single call that was
    /// let through has not brought an answer.
    /// </summary>
    private static bool IsFault(Outcome<RestResponse> outcome, ResilienceContext context, bool isProbe)
    {
        if (context.CancellationToken.IsCancellationRequested)
        {
            return isProbe;
        }

        return outcome.Exception is TimeoutRejectedException || (outcome.Result is { } response && ProviderError.IsFault(response));
    }

    private static TimeSpan Pause(int failedProbes) =>
        failedProbes < 4 ? FirstPause * (1 << failedProbes) : LongestPause;

    private ValueTask Open(TimeSpan pause)
    {
        var now = _time.GetUtcNow();
        if (_outage is null)
        {
            LogOpened();
        }

        _outage = new Outage(_outage?.Since ?? now, now + pause);
        return default;
    }

    private ValueTask Close()
    {
        _outage = null;
        LogClosed();
        return default;
    }

    [LoggerMessage(LogLevel.Warning, "The GPU provider is out of order: it is only asked now and then until it answers")]
    private partial void LogOpened();

    [LoggerMessage(LogLevel.Information, "The GPU provider answers again")]
    private partial void LogClosed();

    private sealed record Outage(DateTimeOffset Since, DateTimeOffset AskedAgainAt);
}
