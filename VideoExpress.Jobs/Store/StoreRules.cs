namespace VideoExpress.Jobs.Store;

/// <summary>What every store demands of its caller.</summary>
internal static class StoreRules
{
    /// <summary>The limit of S3's signature version 4.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(7);

    /// <exception cref="ArgumentOutOfRangeException">The lifetime is not within 1 second and 7 days.</exception>
    public static void CheckLifetime(TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, LongestLifetime);
    }

    /// <exception cref="ArgumentException">The key is not below <c>inbox/</c>, or the lifetime not within 1 second and 7 days.</exception>
    public static void CheckPut(StoreKey key, TimeSpan lifetime)
    {
        if (!key.IsInbox)
        {
            throw new ArgumentException($"\"{key}\" gets no PUT URL: only keys below inbox/ do.", nameof(key));
        }

        CheckLifetime(lifetime);
    }

    /// <exception cref="ArgumentException">The prefix is neither empty nor the beginning of keys up to a slash.</exception>
    public static void CheckPrefix(string prefix)
    {
        if (prefix.Length > 0 && !(prefix[^1] == '/' && StoreKey.TryParse(prefix[..^1], out _)))
        {
            throw new ArgumentException($"\"{prefix}\" is not the beginning of keys up to a slash.", nameof(prefix));
        }
    }
}
