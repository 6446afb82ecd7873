using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite.Sessions;

/// <summary>Where the reads, writes and locks of a connection happen: each by itself, or all in one open unit of work.</summary>
internal abstract class Session : IDisposable
{
    /// <summary>Whose locks they are: who has a lock may take it again.</summary>
    public abstract object Owner { get; }

    /// <summary>Runs a query of one statement.</summary>
    public abstract T Read<T>(Func<Statements, T> query);

    /// <summary>The state of a job, null before its first.</summary>
    public virtual (bool Exists, string? State) StateOf(long job) =>
        Read(sql => sql.First("select state from hangfire_job where id = $job", row => (true, row.Text(0)), job));

    /// <summary>Runs the commands in their order; all of them take effect, or none.</summary>
    public abstract void Write(IReadOnlyList<ICommand> commands, WriteTraits traits = WriteTraits.None);

    /// <summary>Runs a write that takes effect as a whole or not at all.</summary>
    public abstract T Write<T>(Func<WriteTurn, T> work, WriteTraits traits = WriteTraits.None);

    /// <summary>Takes a lock, or throws <see cref="Hangfire.Storage.DistributedLockTimeoutException"/>.</summary>
    public abstract IDisposable Lock(string resource, TimeSpan timeout);

    /// <summary>Waits for a row in one of the queues.</summary>
    public abstract SQLiteFetchedJob Fetch(string[] queues, CancellationToken cancellationToken);

    /// <summary>Releases the locks that are still held.</summary>
    public abstract void Dispose();
}
