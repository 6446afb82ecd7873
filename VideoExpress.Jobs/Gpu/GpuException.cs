namespace VideoExpress.Jobs.Gpu;

/// <summary>The GPU provider did not answer, or not as agreed.</summary>
/// <inheritdoc cref="JobException" path="/param"/>
public sealed class GpuException(string message, bool canHeal, Exception? innerException = null)
    : JobException(message, canHeal, innerException);
