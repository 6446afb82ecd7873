namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>One row a counter: with a single writer there is nothing to aggregate. The latest expiry asked for wins.</summary>
internal sealed class AddToCounter(string key, int value, long? expireAt) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute(
        """
        insert into hangfire_counter (key, value, expire_us) values ($key, $value, $expire)
        on conflict (key) do update set
            value = value + excluded.value,
            expire_us = max(coalesce(expire_us, excluded.expire_us), coalesce(excluded.expire_us, expire_us))
        """,
        key, value, expireAt);
}
