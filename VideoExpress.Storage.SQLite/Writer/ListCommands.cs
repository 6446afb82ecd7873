namespace VideoExpress.Storage.SQLite.Writer;

internal sealed class InsertToList(string key, string value) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute(
        """
        insert into hangfire_list (key, value, expire_us)
        values ($key, $value, (select expire_us from hangfire_list where key = $key limit 1))
        """,
        key, value);
}

internal sealed class RemoveFromList(string key, string value) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute("delete from hangfire_list where key = $key and value = $value", key, value);
}

/// <summary>Keeps the items from one index to another, both included, counted from the newest.</summary>
internal sealed class TrimList(string key, int from, int to) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute(
        """
        delete from hangfire_list where key = $key
        and id not in (select id from hangfire_list where key = $key order by id desc limit $count offset $from)
        """,
        key, Math.Max(0, (long)to - Math.Max(0, from) + 1), Math.Max(0, from));
}

internal sealed class ExpireList(string key, long? at) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute("update hangfire_list set expire_us = $at where key = $key", at, key);
}
