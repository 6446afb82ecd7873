namespace VideoExpress.Jobs.Media;

/// <summary>A file is not the media that it should be, or ffmpeg failed on it.</summary>
/// <inheritdoc cref="JobException" path="/param"/>
public sealed class MediaException(string message, bool canHeal = false, Exception? innerException = null)
    : JobException(message, canHeal, innerException);
