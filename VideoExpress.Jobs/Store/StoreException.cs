namespace VideoExpress.Jobs.Store;

/// <summary>The object store failed; the message says what the operator must mend.</summary>
/// <inheritdoc cref="JobException" path="/param"/>
public sealed class StoreException(string message, bool canHeal, Exception? innerException = null)
    : JobException(message, canHeal, innerException);
