namespace VideoExpress.Tests.Provider;

/// <summary>How long things take at the provider, in its own time, of which <see cref="Scale"/> seconds pass in one of ours.</summary>
internal sealed record ProviderPace
{
    /// <summary>Seconds of the provider in one second of the test.</summary>
    public double Scale { get; init; } = 100;

    /// <summary>From the submission to the pick-up by a worker.</summary>
    public TimeSpan QueueDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From the pick-up to the handler's start; charged.</summary>
    public TimeSpan ColdStart { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What a worker needs to make its file; charged.</summary>
    public TimeSpan Work { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What a long work needs: longer than a server waits for a sign of life, at the default scale and a wait of a second.</summary>
    public TimeSpan LongWork { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>How long a finished request is known. RunPod: 30 minutes.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Between two tries of a webhook. RunPod: 10 seconds.</summary>
    public TimeSpan WebhookPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How late a late webhook is, and how long a slow answer takes.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromSeconds(60);
}
