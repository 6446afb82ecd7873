using System.ComponentModel.DataAnnotations;

namespace VideoExpress.Jobs.Retention;

/// <summary>The configuration section <c>Retention</c>: how long files are kept. What a kept job uses, and what is pinned, stays whatever these say.</summary>
public sealed record RetentionSettings
{
    /// <summary>Days that a SUCCEEDED job is kept after its end, or after its restoring; 0: for ever. Default: 30.</summary>
    [Range(0, 36_500)]
    public int OutputsDays { get; init; } = 30;

    /// <summary>Days that a FAILED or CANCELED job is kept, and with it the chance to retry it; 0: for ever. Default: 7.</summary>
    [Range(0, 36_500)]
    public int FailedDays { get; init; } = 7;

    /// <summary>Days that an asset is kept which no job uses; 0: for ever. Default: 0, since it may be its owner's only copy.</summary>
    [Range(0, 36_500)]
    public int AssetsDays { get; init; }

    /// <summary>
    /// What all kept files together may take, in bytes; beyond it the oldest jobs go, first those that no other job uses. What is in the trash
    /// does not count. 0: no limit, the default.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MaxBytes { get; init; }

    /// <summary>How long something can be restored from the trash before its files go. Default: 1 day; 0 to 365 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan TrashTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>When the cleanup runs, as a cron expression in UTC. Default: each hour.</summary>
    public string Schedule { get; init; } = "7 * * * *";

    /// <summary>When the store is compared with the database, as a cron expression in UTC. Default: on Sundays.</summary>
    public string ScrubSchedule { get; init; } = "23 4 * * 0";
}
