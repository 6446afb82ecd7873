namespace VideoExpress.Storage.SQLite.Writer;

internal sealed class SetRangeInHash(string key, KeyValuePair<string, string?>[] fields) : ICommand
{
    public void Execute(WriteTurn turn)
    {
        foreach (var (field, value) in fields)
        {
            turn.Sql.Execute(
                """
                insert into hangfire_hash (key, field, value, expire_us)
                values ($key, $field, $value, (select expire_us from hangfire_hash where key = $key limit 1))
                on conflict (key, field) do update set value = excluded.value
                """,
                key, field, value);
        }
    }
}

internal sealed class RemoveHash(string key) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute("delete from hangfire_hash where key = $key", key);
}

internal sealed class ExpireHash(string key, long? at) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute("update hangfire_hash set expire_us = $at where key = $key", at, key);
}
