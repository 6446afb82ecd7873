namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>Commands about servers run alone and answer with the number of rows they changed.</summary>
internal static class ServerCommands
{
    public static int Announce(WriteTurn turn, string id, string queues, int workers, long now) => turn.Sql.Execute(
        """
        insert into hangfire_server (id, queues, workers, started_us, heartbeat_us) values ($id, $queues, $workers, $now, $now)
        on conflict (id) do update set
            queues = excluded.queues, workers = excluded.workers, started_us = excluded.started_us, heartbeat_us = excluded.heartbeat_us
        """,
        id, queues, workers, now);

    public static int Remove(WriteTurn turn, string id) => turn.Sql.Execute("delete from hangfire_server where id = $id", id);

    public static int Heartbeat(WriteTurn turn, string id, long now) =>
        turn.Sql.Execute("update hangfire_server set heartbeat_us = $now where id = $id", now, id);

    public static int RemoveSilentSince(WriteTurn turn, long since) =>
        turn.Sql.Execute("delete from hangfire_server where heartbeat_us < $since", since);
}
