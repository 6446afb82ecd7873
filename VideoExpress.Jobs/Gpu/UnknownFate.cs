namespace VideoExpress.Jobs.Gpu;

/// <summary>What is done about a request that has shown no sign of life for <see cref="RunPodSettings.UnknownFateWait"/>.</summary>
public enum UnknownFate
{
    /// <summary>It is sent anew; should the old one have run all the same, both are paid.</summary>
    Resubmit,

    /// <summary>The job is held until a sign comes, or its owner cancels it: nothing is ever paid twice unasked.</summary>
    Hold,
}
