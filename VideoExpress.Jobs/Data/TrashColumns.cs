using VideoExpress.Jobs.Retention;

namespace VideoExpress.Jobs.Data;

/// <summary>The columns that tell of a job and of an asset alike how far its removal is.</summary>
internal abstract class TrashColumns
{
    public string? Retention { get; set; }
    public string? TrashReason { get; set; }
    public long? TrashedAt { get; set; }

    /// <summary>Null while it is kept.</summary>
    protected TrashState? State => Retention is null ? null : Enum.Parse<TrashState>(Retention, ignoreCase: true);

    /// <summary>Null while it is kept.</summary>
    protected Trash? Trash => State is { } state ? new Trash(state, TrashReason!, Micros.ToTime(TrashedAt!.Value)) : null;
}
