namespace VideoExpress.Jobs.Chain;

/// <summary>Queues, so that an hour of FFmpeg never delays a poll, and nothing delays the cleanup.</summary>
public static class StepQueues
{
    /// <summary>Looks at what is in flight: taken before what is still to be sent, however much that is.</summary>
    public const string Poll = "poll";

    /// <summary>Other steps that take moments: submit, cancel.</summary>
    public const string Quick = "quick";

    /// <summary>Steps that move or make files: upload, stitch.</summary>
    public const string Media = "media";

    /// <summary>Recurring upkeep, one at a time: cleanup, scrub.</summary>
    public const string Upkeep = "upkeep";
}
