using VideoExpress.Jobs.Chain;

namespace VideoExpress.Jobs.Failpoints;

/// <summary>All failpoints: three for each step, and those between two effects inside one.</summary>
public static class FailpointNames
{
    /// <summary>It is a step's turn, and it has done nothing yet.</summary>
    public const string BeforeEffect = "before_effect";

    /// <summary>A step has acted on the world, and nothing of that is written.</summary>
    public const string AfterEffect = "after_effect";

    /// <summary>A step's outcome is committed, and nobody was told.</summary>
    public const string AfterRecord = "after_record";

    /// <summary>A job is committed, and its sender not answered.</summary>
    public const string JobAccepted = "job.accepted";

    /// <summary>A cancel is committed, and its sender not answered.</summary>
    public const string JobCanceled = "job.canceled";

    /// <summary>An attempt is committed, and its request not sent.</summary>
    public const string AttemptCommitted = "submit.attempt_committed";

    /// <summary>The provider has answered a submission, and its id is not written.</summary>
    public const string SubmissionAnswered = "submit.answered";

    /// <summary>The marker of a superseded attempt is in the store, and the ledger does not say so.</summary>
    public const string AttemptMarked = "submit.superseded";

    /// <summary>One file of several is published.</summary>
    public const string FilePublished = "upload.file_published";

    /// <summary>A provider's webhook is recorded, and the provider not answered.</summary>
    public const string WebhookRecorded = "webhook.recorded";

    /// <summary>Our gateway has committed a request, and its sender not answered.</summary>
    public const string GatewayAccepted = "gateway.accepted";

    /// <summary>Our gateway has committed a hand-out, and the worker not answered.</summary>
    public const string GatewayHandedOut = "gateway.handed_out";

    /// <summary>Our gateway has committed a worker's report, and the worker not answered.</summary>
    public const string GatewayReported = "gateway.reported";

    /// <summary>The moments of each step.</summary>
    public static IReadOnlyList<string> Moments { get; } = [BeforeEffect, AfterEffect, AfterRecord];

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. from step in Step.Types from moment in Moments select Of(ChainLink.NameOf(step), moment),
        JobAccepted, JobCanceled, AttemptCommitted, SubmissionAnswered, AttemptMarked, FilePublished, WebhookRecorded,
        GatewayAccepted, GatewayHandedOut, GatewayReported,
    ];

    /// <summary>The name of a step's moment.</summary>
    internal static string Of(string step, string moment) => $"{step.ToLowerInvariant()}.{moment}";
}
