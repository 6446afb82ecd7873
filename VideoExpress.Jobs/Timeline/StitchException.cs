namespace VideoExpress.Jobs.Timeline;

/// <summary>A film cannot be made as asked.</summary>
/// <inheritdoc cref="JobException" path="/param"/>
public sealed class StitchException(string message, bool canHeal = false, Exception? innerException = null)
    : JobException(message, canHeal, innerException);
