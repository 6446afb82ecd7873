namespace VideoExpress.Jobs.Retention;

/// <summary>A job or an asset that is kept, as the retention sees it.</summary>
/// <param name="Id">The job's or the asset's.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">For people: the job's type, or the asset's name.</param>
/// <param name="Since">When its age began, UTC: its end, its upload, or its restoring.</param>
/// <param name="Bytes">What its files take.</param>
/// <param name="IsFixed">True while it is at work or pinned: it stays whatever its age.</param>
public sealed record Holding(Guid Id, HoldingKind Kind, string Name, DateTimeOffset Since, long Bytes, bool IsFixed);

/// <summary>What a holding is, as far as its age limit goes.</summary>
public enum HoldingKind
{
    /// <summary>A job that is at work or has succeeded: <see cref="RetentionSettings.OutputsDays"/>.</summary>
    Job,

    /// <summary>A job that failed or was cancelled: <see cref="RetentionSettings.FailedDays"/>.</summary>
    FailedJob,

    /// <summary>An asset: <see cref="RetentionSettings.AssetsDays"/>.</summary>
    Asset,
}

/// <summary>What a pass of the cleanup would do now.</summary>
/// <param name="Trash">What would go into the trash, in this order: users before what they use.</param>
/// <param name="Remove">What is in the trash, and whose files would be removed.</param>
/// <param name="KeptBytes">What the files of all that stays take.</param>
/// <param name="TrashedBytes">What the files in the trash take.</param>
public sealed record RetentionPlan(IReadOnlyList<PlannedTrash> Trash, IReadOnlyList<TrashedHolding> Remove, long KeptBytes, long TrashedBytes);

/// <summary>Something that would go into the trash.</summary>
/// <param name="Holding">What.</param>
/// <param name="Reason"><see cref="TrashReason.Age"/> or <see cref="TrashReason.Size"/>.</param>
public sealed record PlannedTrash(Holding Holding, string Reason);

/// <summary>Something in the trash.</summary>
/// <param name="Id">The job's or the asset's.</param>
/// <param name="IsAsset">True for an asset.</param>
/// <param name="Name">For people: the job's type, or the asset's name.</param>
/// <param name="Bytes">What its files take.</param>
/// <param name="Trash">How it came there.</param>
public sealed record TrashedHolding(Guid Id, bool IsAsset, string Name, long Bytes, Trash Trash);
