using System.ComponentModel.DataAnnotations;
using System.Globalization;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs.Gpu;

/// <summary>The configuration section <c>RunPod</c>: who has the GPU.</summary>
public sealed record RunPodSettings
{
    /// <summary>Full URL, <c>https://api.runpod.ai/v2/ID</c> (alias <c>RUNPOD_ENDPOINT</c>). Default: none, our own gateway and the local worker.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The provider's API key (alias <c>RUNPOD_API_KEY</c>). Needed with an endpoint.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The provider's time limit of one attempt, from its pick-up. Default: 15 minutes; 5 seconds to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "7.00:00:00")]
    public TimeSpan ExecutionTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long a request may live at the provider, from its submission. Default: a day in the queue and twice its execution time-out, 7 days at
    /// most; 1 hour to 7 days.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "7.00:00:00")]
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>What single job types need instead, by their names in the API. A training takes hours; the others have nothing of their own.</summary>
    public IReadOnlyDictionary<string, RunPodTypeSettings> Types { get; } = JobType.OnGpu.ToDictionary(
        name => name, name => new RunPodTypeSettings { ExecutionTimeout = name == "TRAIN_TWIN" ? TimeSpan.FromHours(6) : null });

    /// <summary>Pause between two looks at one job while few are in flight. Default: 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1000000", "00:10:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>All polls together stay under this rate per second. Default: 20; beyond 160 they wait for one another.</summary>
    [Range(0.1, 200)]
    public double MaxPollsPerSecond { get; init; } = 20;

    /// <summary>How long a request of unknown fate may show no sign of life before it is sent anew. Default: 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan UnknownFateWait { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>What happens when that wait is over. Default: it is sent anew, as a new attempt that may be paid beside the old one.</summary>
    public UnknownFate OnUnknownFate { get; init; } = UnknownFate.Resubmit;

    /// <summary>Attempts of one GPU step that may be sent, or be of unknown fate, before the job fails. Default: 5.</summary>
    [Range(1, 100)]
    public int MaxSubmissions { get; init; } = 5;

    /// <summary>
    /// How long a request of this job type may take. A type with an execution time-out of its own, but no time to live, lives as long as that
    /// one needs and not as long as the others do.
    /// </summary>
    public RunLimits LimitsFor(string jobType)
    {
        var own = Types[jobType];
        var executionTimeout = own.ExecutionTimeout ?? ExecutionTimeout;
        var general = own.ExecutionTimeout is null ? TimeToLive : null;
        return new RunLimits(executionTimeout, own.TimeToLive ?? general ?? RunLimits.LifeOf(executionTimeout));
    }

    /// <summary>A sentence for each contradiction.</summary>
    public IEnumerable<string> Validate()
    {
        if (TimeToLive < ExecutionTimeout)
        {
            yield return TooShort("RunPod", TimeToLive.Value, ExecutionTimeout);
        }

        foreach (var (name, own) in Types)
        {
            if (own.TimeToLive is { } life && LimitsFor(name) is var limits && life < limits.ExecutionTimeout)
            {
                yield return TooShort($"RunPod:Types:{name}", life, limits.ExecutionTimeout);
            }
        }
    }

    private static string TooShort(string section, TimeSpan life, TimeSpan executionTimeout) => string.Create(
        CultureInfo.InvariantCulture,
        $"{section}:TimeToLive: {life:c} is less than the execution time-out of {executionTimeout:c}, so the provider would forget a request that "
        + $"still runs, and is paid; leave it out, or make it longer.");
}
