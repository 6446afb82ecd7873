namespace VideoExpress.Jobs.Chain;

/// <summary>The steps of a job, in order. Each is one background job, the continuation of the one before.</summary>
internal sealed record ChainPlan(IReadOnlyList<ChainLink> Links)
{
    /// <summary>A GPU makes the file and we publish it.</summary>
    public static readonly ChainPlan Gpu = new(
    [
        new(typeof(SubmitStep), JobPhase.Submitting, 0, 5),
        new(typeof(PollStep), JobPhase.InGpuQueue, 5, 85),
        new(typeof(UploadStep), JobPhase.Publishing, 85, 100),
    ]);

    /// <summary>The first Upload keeps the raw takes, the last one publishes.</summary>
    public static readonly ChainPlan GpuWithStitch = new(
    [
        new(typeof(SubmitStep), JobPhase.Submitting, 0, 5),
        new(typeof(PollStep), JobPhase.InGpuQueue, 5, 65),
        new(typeof(UploadStep), JobPhase.Collecting, 65, 70),
        new(typeof(StitchStep), JobPhase.Stitching, 70, 95),
        new(typeof(UploadStep), JobPhase.Publishing, 95, 100),
    ]);

    /// <summary>No GPU: FFmpeg on this machine.</summary>
    public static readonly ChainPlan Local = new(
    [
        new(typeof(StitchStep), JobPhase.Stitching, 0, 95),
        new(typeof(UploadStep), JobPhase.Publishing, 95, 100),
    ]);

    public bool IsLast(int ordinal) => ordinal == Links.Count - 1;
}

/// <summary>One link of a chain.</summary>
/// <param name="StepType">The class that does it.</param>
/// <param name="Phase">What the job's <c>phase</c> says when it starts.</param>
/// <param name="From">The job's progress when it starts.</param>
/// <param name="To">The job's progress when it is done.</param>
internal sealed record ChainLink(Type StepType, string Phase, int From, int To)
{
    public string Name => NameOf(StepType);

    /// <summary>The job's progress when this link is <paramref name="share"/> (0 to 1) done.</summary>
    public int ProgressAt(double share) => From + (int)((To - From) * Math.Clamp(share, 0, 1));

    /// <summary>What people call a step: its class without the suffix.</summary>
    public static string NameOf(Type stepType) => stepType.Name.Replace("Step", "", StringComparison.Ordinal);
}
