namespace VideoExpress.Jobs;

/// <summary>How a job is made.</summary>
public static class JobQuality
{
    /// <summary>By the local worker on a CPU: real files, made quickly and marked as drafts.</summary>
    public const string Draft = "draft";

    /// <summary>By the GPU provider that is configured.</summary>
    public const string Final = "final";
}
