namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>A stretch of a thread in which a unit of work is open: another write of this thread would wait for it for ever.</summary>
internal sealed class WriterScope
{
    private readonly int _threadId = Environment.CurrentManagedThreadId;

    public bool HasEnded { get; set; }

    public bool IsOpenHere => !HasEnded && _threadId == Environment.CurrentManagedThreadId;
}
