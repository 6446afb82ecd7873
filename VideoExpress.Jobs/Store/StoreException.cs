namespace VideoExpress.Jobs.Store;

/// <summary>The object store failed; the message says what the operator must mend.</summary>
/// <inheritdoc cref="JobException" path="/param"/>
public sealed class StoreException(string message, bool canHeal, Exception? innerException = null)
    : JobException(message, canHeal, innerException)
{
    /// <summary>True when another file is published under the key: another key is the way out.</summary>
    public bool IsConflict { get; private init; }

    internal static StoreException WrongLength(StoreKey key, long expected, string found) =>
        new($"\"{key.Name}\" was to be stored with {expected} bytes, but has {found}; nothing was stored.", canHeal: true);

    internal static StoreException OtherContent(StoreKey key) =>
        new($"\"{key.Name}\" was changed after it was checked: its hash is another; nothing was stored.", canHeal: true);

    internal static StoreException AlreadyPublished(StoreKey key) =>
        new($"\"{key}\" is published already with other content; a published file is never overwritten.", canHeal: false) { IsConflict = true };
}
