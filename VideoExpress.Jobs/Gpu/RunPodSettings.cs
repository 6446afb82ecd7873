using System.ComponentModel.DataAnnotations;

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

    /// <summary>How long a request may live at the provider, from its submission. Default: 1 day; 10 seconds to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Pause between two looks at one job while few are in flight. Default: 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1000000", "00:10:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>All polls together stay under this rate per second. Default: 20.</summary>
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
    /// How long URLs handed to a worker work: it may start as late as the request lives, run its whole time, and still have an hour to put its
    /// files; 7 days at most, the limit of S3's signature version 4.
    /// </summary>
    internal TimeSpan WorkerUrlLifetime
    {
        get
        {
            var (needed, longest) = (TimeToLive + ExecutionTimeout + TimeSpan.FromHours(1), TimeSpan.FromDays(7));
            return needed < longest ? needed : longest;
        }
    }
}
