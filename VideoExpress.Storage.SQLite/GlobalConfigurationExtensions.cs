using Hangfire;

namespace VideoExpress.Storage.SQLite;

/// <summary>Puts a <see cref="SQLiteStorage"/> into Hangfire's configuration.</summary>
public static class GlobalConfigurationExtensions
{
    /// <summary>Opens or creates the file at <paramref name="path"/> and uses it as the storage.</summary>
    public static IGlobalConfiguration<SQLiteStorage> UseSQLiteStorage(
        this IGlobalConfiguration configuration, string path, SQLiteStorageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.UseSQLiteStorage(new SQLiteStorage(path, options ?? new SQLiteStorageOptions()));
    }

    /// <summary>Uses <paramref name="storage"/>, which the caller disposes of after the last server has stopped.</summary>
    public static IGlobalConfiguration<SQLiteStorage> UseSQLiteStorage(this IGlobalConfiguration configuration, SQLiteStorage storage)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(storage);
        if (storage.Options.TransactionalContinuations)
        {
            TransactionalContinuationsAttribute.ReplaceStockFilter();
        }

        PromptCancellationAttribute.AddToGlobalFilters();
        return configuration.UseStorage(storage);
    }
}
