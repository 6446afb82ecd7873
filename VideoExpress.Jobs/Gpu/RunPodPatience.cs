using Polly;
using Polly.Retry;
using Polly.Timeout;
using RestSharp;

namespace VideoExpress.Jobs.Gpu;

/// <summary>How calls that are harmless to repeat are repeated: at most 5 times, 1, 2, 4 and 8 s apart with jitter, within 60 s.</summary>
internal static class RunPodPatience
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WholeTimeout = TimeSpan.FromSeconds(60);

    /// <summary>One call within its time limit.</summary>
    public static ResiliencePipeline<RestResponse> BuildOnce(TimeProvider time) =>
        new ResiliencePipelineBuilder<RestResponse> { TimeProvider = time }.AddTimeout(CallTimeout).Build();

    /// <summary>Repeats network errors, 408, 429 and 5xx; a long wait that the provider asks for is left to the caller.</summary>
    public static ResiliencePipeline<RestResponse> Build(TimeProvider time, Action<int, TimeSpan, int> onRepeat) =>
        new ResiliencePipelineBuilder<RestResponse> { TimeProvider = time }
            .AddTimeout(WholeTimeout)
            .AddRetry(new RetryStrategyOptions<RestResponse>
            {
                MaxRetryAttempts = 4,
                Delay = TimeSpan.FromSeconds(1),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = outcome => ValueTask.FromResult(MayHeal(outcome.Outcome)),
                DelayGenerator = outcome =>
                    ValueTask.FromResult(outcome.Outcome.Result is { } response ? ProviderError.RetryAfter(response) : null),
                OnRetry = retry =>
                {
                    onRepeat(retry.AttemptNumber + 1, retry.RetryDelay, (int)(retry.Outcome.Result?.StatusCode ?? 0));
                    return default;
                },
            })
            .AddTimeout(CallTimeout)
            .Build();

    private static bool MayHeal(Outcome<RestResponse> outcome)
    {
        if (outcome.Exception is not null)
        {
            return outcome.Exception is TimeoutRejectedException;
        }

        var response = outcome.Result!;
        return ProviderError.CanHeal(response) && !(ProviderError.RetryAfter(response) > CallTimeout);
    }
}
