namespace VideoExpress.Jobs.Chain;

/// <summary>Two queues, so that an hour of FFmpeg never delays a poll.</summary>
public static class StepQueues
{
    /// <summary>Steps that take moments: submit, poll, cancel.</summary>
    public const string Quick = "quick";

    /// <summary>Steps that move or make files: upload, stitch.</summary>
    public const string Media = "media";
}
