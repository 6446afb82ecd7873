using VideoExpress.Storage.SQLite.Queues;

namespace VideoExpress.Storage.SQLite.Writer;

internal sealed class AddToQueue(string queue, long job, QueueBoard board) : ICommand
{
    public void Execute(WriteTurn turn)
    {
        var row = board.NextRow();
        turn.Sql.Execute("insert into hangfire_queue (id, queue, job_id) values ($id, $queue, $job)", row, queue, job);
        turn.AfterCommit(() => board.Add(new QueuedJob(row, queue, job)));
    }
}

internal sealed class RemoveFromQueue(SQLiteFetchedJob fetched) : ICommand
{
    public void Execute(WriteTurn turn)
    {
        if (fetched.HasEnded)
        {
            return;
        }

        turn.Sql.Execute("delete from hangfire_queue where id = $id", fetched.Row.Id);
        turn.AfterCommit(fetched.MarkRemoved);
    }
}
