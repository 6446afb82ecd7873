namespace VideoExpress.Jobs.Retention;

/// <summary>That something is on its way out, or gone.</summary>
/// <param name="State">How far.</param>
/// <param name="Reason">Why: one of <see cref="TrashReason"/>.</param>
/// <param name="At">When it was put into the trash, UTC.</param>
public sealed record Trash(TrashState State, string Reason, DateTimeOffset At);

/// <summary>How far the removal of something is.</summary>
public enum TrashState
{
    /// <summary>Hidden, and as a whole still there: it can be restored.</summary>
    Trashed,

    /// <summary>Its files are being removed; there is no way back.</summary>
    Removing,

    /// <summary>Its files are gone; the row stays as history.</summary>
    Removed,
}

/// <summary>Why something is in the trash.</summary>
public static class TrashReason
{
    /// <summary>Its owner deleted it.</summary>
    public const string Deleted = "deleted";

    /// <summary>It was older than its kind is kept.</summary>
    public const string Age = "age";

    /// <summary>All files together were larger than <c>Retention:MaxBytes</c>, and it was among the oldest.</summary>
    public const string Size = "size";
}
