namespace VideoExpress.Storage.SQLite.Queues;

/// <summary>The free rows of one queue, oldest first. Rows that came back are older than all that were never taken.</summary>
internal sealed class Lane
{
    private const int SmallCapacity = 4096;

    private readonly Queue<QueuedJob> _fresh = new();
    private readonly PriorityQueue<QueuedJob, long> _returned = new();

    public long Count => _fresh.Count + _returned.Count;

    /// <summary>The rows in the order in which they will be taken.</summary>
    public IEnumerable<QueuedJob> Rows => _returned.UnorderedItems.Select(item => item.Element).OrderBy(row => row.Id).Concat(_fresh);

    public void Append(QueuedJob row) => _fresh.Enqueue(row);

    public void PutBack(QueuedJob row) => _returned.Enqueue(row, row.Id);

    public bool TryTake(out QueuedJob row)
    {
        if (_returned.TryDequeue(out row, out _))
        {
            return true;
        }

        if (!_fresh.TryDequeue(out row))
        {
            return false;
        }

        // A million jobs that once waited must not be paid for in memory for ever.
        if (_fresh.Count == 0 && _fresh.Capacity > SmallCapacity)
        {
            _fresh.TrimExcess();
        }

        return true;
    }
}
