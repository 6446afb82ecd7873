using Hangfire.Common;

namespace VideoExpress.Storage.SQLite;

/// <summary>Settings of a <see cref="SQLiteStorage"/>; they are read once, when it is made.</summary>
public sealed class SQLiteStorageOptions
{
    /// <summary>Where the storage takes the time from, for schedules, expiry and heartbeats.</summary>
    /// <value>Default: the system's clock.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>How long a succeeded or deleted job is kept.</summary>
    /// <value>Default: 1 day. Not negative.</value>
    public TimeSpan JobExpirationTimeout { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often expired rows are removed and their space is given back.</summary>
    /// <value>Default: 15 seconds. At least 1 second.</value>
    public TimeSpan ExpirationInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many states the history of a job keeps; a job that reschedules itself would have no end of them.</summary>
    /// <value>Default: 50. At least 1.</value>
    public int StateHistoryLength { get; set; } = 50;

    /// <summary>
    /// Whether <c>UseSQLiteStorage</c> replaces Hangfire's global filter for continuations by
    /// <see cref="TransactionalContinuationsAttribute"/>.
    /// </summary>
    /// <value>Default: true. Set it to false if you use the stock filter with settings of your own, such as pushed results.</value>
    public bool TransactionalContinuations { get; set; } = true;

    /// <summary>
    /// The filters of what the storage does by itself: jobs created and states changed in a unit of work, continuations started, delayed
    /// jobs enqueued. Give the same provider to Hangfire's server and client.
    /// </summary>
    /// <value>Default: Hangfire's global filters and the attributes of jobs.</value>
    public IJobFilterProvider FilterProvider { get; set; } = JobFilterProviders.Providers;

    internal SQLiteStorageOptions Checked()
    {
        ArgumentNullException.ThrowIfNull(FilterProvider);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentOutOfRangeException.ThrowIfLessThan(JobExpirationTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ExpirationInterval, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(StateHistoryLength, 1);
        return (SQLiteStorageOptions)MemberwiseClone();
    }
}
