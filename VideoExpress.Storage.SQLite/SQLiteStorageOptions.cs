namespace VideoExpress.Storage.SQLite;

/// <summary>Settings of a <see cref="SQLiteStorage"/>.</summary>
public sealed class SQLiteStorageOptions
{
    /// <summary>Where the storage takes the time from. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
