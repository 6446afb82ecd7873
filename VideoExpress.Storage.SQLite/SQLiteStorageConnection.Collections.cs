using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Schedule;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite;

internal sealed partial class SQLiteStorageConnection
{
    /// <summary>The answer for a key that is missing or is kept for ever.</summary>
    private static readonly TimeSpan NeverExpires = TimeSpan.FromSeconds(-1);

    public override HashSet<string> GetAllItemsFromSet(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Session.Read(sql => sql
            .Query("select value from hangfire_set where key = $key order by score, id", row => row.GetString(0), key)
            .ToHashSet(StringComparer.Ordinal));
    }

    public override string? GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore) =>
        GetFirstByLowestScoreFromSet(key, fromScore, toScore, 1).FirstOrDefault();

    public override List<string> GetFirstByLowestScoreFromSet(string key, double fromScore, double toScore, int count)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (toScore < fromScore)
        {
            throw new ArgumentException("The range of scores ends before it begins.", nameof(toScore));
        }

        if (count <= 0)
        {
            throw new ArgumentException("The count must be positive.", nameof(count));
        }

        return key == DueTimes.SetKey
            ? Session.Read(sql => sql.Query(
                // What has an exact time is due by the storage's clock alone: the caller's bound has whole seconds, which would be up to one
                // second early, and comes from the system's clock.
                """
                select value from hangfire_set
                where key = $key and score between $from and $reach and (due_us <= $now or (due_us is null and score <= $to))
                order by score, id limit $count
                """,
                row => row.GetString(0), key, fromScore, Math.Max(toScore, Storage.Now() / 1e6), Storage.Now(), toScore, count))
            : Session.Read(sql => sql.Query(
                "select value from hangfire_set where key = $key and score between $from and $to order by score, id limit $count",
                row => row.GetString(0), key, fromScore, toScore, count));
    }

    public override bool GetSetContains(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        return Count("select count(*) from hangfire_set where key = $key and value = $value", key, value) > 0;
    }

    public override long GetSetCount(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Count("select count(*) from hangfire_set where key = $key", key);
    }

    public override long GetSetCount(IEnumerable<string> keys, int limit)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return Count(
            """
            select count(*) from
                (select 1 from hangfire_set where key in (select value from json_each($keys)) limit $limit)
            """,
            Json.Write([.. keys]), limit);
    }

    public override List<string> GetRangeFromSet(string key, int startingFrom, int endingAt)
    {
        var count = CheckRange(key, startingFrom, endingAt);
        return Session.Read(sql => sql.Query(
            "select value from hangfire_set where key = $key order by score, id limit $count offset $from",
            row => row.GetString(0), key, count, startingFrom));
    }

    public override TimeSpan GetSetTtl(string key) => Ttl("select min(expire_us) from hangfire_set where key = $key", key);

    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string?>> keyValuePairs)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(keyValuePairs);
        Session.Write([new SetRangeInHash(key, [.. keyValuePairs])]);
    }

    public override Dictionary<string, string?>? GetAllEntriesFromHash(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var entries = Session.Read(sql => sql.Query(
            "select field, value from hangfire_hash where key = $key",
            row => KeyValuePair.Create(row.GetString(0), row.Text(1)), key));

        // Hangfire tells a missing recurring job by null.
        return entries.Count == 0 ? null : entries.ToDictionary(StringComparer.Ordinal);
    }

    public override string? GetValueFromHash(string key, string name)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(name);
        return Session.Read(sql => sql.Scalar<string>("select value from hangfire_hash where key = $key and field = $field", key, name));
    }

    public override long GetHashCount(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Count("select count(*) from hangfire_hash where key = $key", key);
    }

    public override TimeSpan GetHashTtl(string key) => Ttl("select min(expire_us) from hangfire_hash where key = $key", key);

    public override long GetListCount(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Count("select count(*) from hangfire_list where key = $key", key);
    }

    public override List<string> GetAllItemsFromList(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Session.Read(sql => sql.Query(
            "select value from hangfire_list where key = $key order by id desc", row => row.GetString(0), key));
    }

    public override List<string> GetRangeFromList(string key, int startingFrom, int endingAt)
    {
        var count = CheckRange(key, startingFrom, endingAt);
        return Session.Read(sql => sql.Query(
            "select value from hangfire_list where key = $key order by id desc limit $count offset $from",
            row => row.GetString(0), key, count, startingFrom));
    }

    public override TimeSpan GetListTtl(string key) => Ttl("select min(expire_us) from hangfire_list where key = $key", key);

    public override long GetCounter(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Count("select value from hangfire_counter where key = $key", key);
    }

    private long Count(string query, params SqlValue[] values) => Session.Read(sql => sql.Scalar<long>(query, values));

    private TimeSpan Ttl(string query, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var expireAt = Session.Read(sql => sql.Scalar<long?>(query, key));
        if (expireAt is not { } at)
        {
            return NeverExpires;
        }

        // Expired, but not removed yet: no time left, which is not the same as never.
        return TimeSpan.FromMicroseconds(Math.Max(0, at - Storage.Now()));
    }

    /// <summary>How many items a range with both ends included has.</summary>
    private static long CheckRange(string key, int startingFrom, int endingAt)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (startingFrom < 0)
        {
            throw new ArgumentException("The first index must not be negative.", nameof(startingFrom));
        }

        if (endingAt < startingFrom)
        {
            throw new ArgumentException("The range ends before it begins.", nameof(endingAt));
        }

        return (long)endingAt - startingFrom + 1;
    }
}
