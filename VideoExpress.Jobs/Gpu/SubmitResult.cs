namespace VideoExpress.Jobs.Gpu;

/// <summary>What became of one <c>POST /run</c>: <see cref="Accepted"/>, <see cref="Refused"/> or <see cref="FateUnknown"/>.</summary>
public abstract record SubmitResult
{
    private SubmitResult()
    {
    }

    /// <summary>The provider has the request and will charge it.</summary>
    /// <param name="RequestId">The provider's id; opaque text.</param>
    public sealed record Accepted(string RequestId) : SubmitResult;

    /// <summary>For certain not accepted, not charged: the same attempt may be sent again.</summary>
    /// <param name="Message">A sentence fit for a creator.</param>
    /// <param name="CanHeal">True when the same request may be accepted later.</param>
    /// <param name="RetryAfter">How long the provider asked to wait, if it said so.</param>
    public sealed record Refused(string Message, bool CanHeal, TimeSpan? RetryAfter) : SubmitResult;

    /// <summary>Bytes were sent and no readable answer came back: it may or may not run, and be charged.</summary>
    /// <param name="Message">A sentence fit for a creator.</param>
    public sealed record FateUnknown(string Message) : SubmitResult;
}
