using Hangfire.Storage;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Queues;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// A queue row that one worker has taken. It ends once: removed from the file (also by the transaction that finishes the job), or given
/// back, which disposal does too.
/// </summary>
internal sealed class SQLiteFetchedJob(SQLiteStorage storage, QueuedJob row) : IFetchedJob
{
    private int _ended;

    public QueuedJob Row { get; } = row;

    public string JobId { get; } = JobIds.ToText(row.JobId);

    /// <summary>Whether it was removed or given back: the row, if there is one, is somebody else's then.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    public void RemoveFromQueue()
    {
        if (HasEnded)
        {
            return;
        }

        storage.Writer.Run(turn =>
        {
            new Writer.RemoveFromQueue(this).Execute(turn);
            return true;
        });
    }

    public void Requeue()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            storage.Queues.Return(Row);
        }
    }

    public void Dispose() => Requeue();

    /// <summary>Called once the removal is committed, not before.</summary>
    internal void MarkRemoved()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            storage.Queues.Complete(Row);
        }
    }
}
