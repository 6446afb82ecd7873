using VideoExpress.Storage.SQLite.Schedule;

namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>A new item of an expiring set expires with the others; the same holds for lists and hashes.</summary>
internal sealed class AddToSet(string key, string value, double score) : ICommand
{
    public void Execute(WriteTurn turn) => Execute(turn, key, value, score, dueAt: null);

    public static void Execute(WriteTurn turn, string key, string value, double score, long? dueAt) => turn.Sql.Execute(
        """
        insert into hangfire_set (key, value, score, due_us, expire_us)
        values ($key, $value, $score, $due, (select expire_us from hangfire_set where key = $key limit 1))
        on conflict (key, value) do update set score = excluded.score, due_us = excluded.due_us
        """,
        key, value, score, dueAt);
}

/// <summary>Adds a job to the schedule under its exact time.</summary>
internal sealed class AddToSchedule(string value, double score, long dueAt, DueTimes dueTimes) : ICommand
{
    public void Execute(WriteTurn turn)
    {
        AddToSet.Execute(turn, DueTimes.SetKey, value, score, dueAt);
        turn.AfterCommit(() => dueTimes.Add(dueAt));
    }
}

internal sealed class AddRangeToSet(string key, string[] values) : ICommand
{
    public void Execute(WriteTurn turn)
    {
        foreach (var value in values)
        {
            AddToSet.Execute(turn, key, value, score: 0, dueAt: null);
        }
    }
}

internal sealed class RemoveFromSet(string key, string value) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute("delete from hangfire_set where key = $key and value = $value", key, value);
}

internal sealed class RemoveSet(string key) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute("delete from hangfire_set where key = $key", key);
}

internal sealed class ExpireSet(string key, long? at) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute("update hangfire_set set expire_us = $at where key = $key", at, key);
}
