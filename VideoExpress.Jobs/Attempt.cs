using System.Text.Json;

namespace VideoExpress.Jobs;

/// <summary>One paid submission of a job's GPU step, written before the request is sent.</summary>
public sealed record Attempt
{
    /// <summary>Travels in the worker's input and names its place in the store.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Ordinal of the step that sent it.</summary>
    public required int Step { get; init; }

    /// <summary>1 for the first of its step.</summary>
    public required int Number { get; init; }

    /// <summary>Why it was paid after another one: <c>no_sign_of_life</c>, <c>lost_worker</c> or <c>user_retry</c>; null for the first.</summary>
    public string? Reason { get; init; }

    /// <summary>Why the next one is to be paid; null while nobody has decided that.</summary>
    public string? GivenUp { get; init; }

    /// <summary>Why it ended without a result, in a sentence for the job's owner.</summary>
    public string? Error { get; init; }

    /// <summary>What is known of it.</summary>
    public required AttemptState State { get; init; }

    /// <summary>Where it was sent: the provider's URL, or <c>local</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The provider's id of the request; null while its fate is not known.</summary>
    public required string? RequestId { get; init; }

    /// <summary>The worker's result, once there is one.</summary>
    public required JsonElement? Result { get; init; }

    /// <summary>When its row was committed, UTC: before the request went out.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the provider first said, UTC, that it does not know the request, and has not known it since; null while it does.</summary>
    public DateTimeOffset? MissingSince { get; init; }

    /// <summary>Since when the provider has said, UTC, at each look, that a worker has it; null while none has.</summary>
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>Which worker that is, and which hand-out, as the provider says.</summary>
    public string? RunningAs { get; init; }

    /// <summary>When its endpoint first showed, UTC, nothing that could be it, and has shown nothing since; null while its fate is known.</summary>
    public DateTimeOffset? QuietSince { get; init; }
}

/// <summary>What is known of an attempt.</summary>
public enum AttemptState
{
    /// <summary>Written, and perhaps sent: its fate is not known.</summary>
    Submitting,

    /// <summary>The provider has accepted it.</summary>
    Submitted,

    /// <summary>The provider has refused it; nothing runs and nothing is charged.</summary>
    Refused,

    /// <summary>Its result is known.</summary>
    Finished,

    /// <summary>It ended with an error.</summary>
    Failed,

    /// <summary>The provider has acknowledged its cancellation, or it was over.</summary>
    Canceled,

    /// <summary>Given up, without a sign of life or because its worker was lost; a late start of it ends unpaid.</summary>
    Superseded,
}
