namespace VideoExpress.Storage.SQLite.Queues;

/// <summary>A row of the queue table.</summary>
internal readonly record struct QueuedJob(long Id, string Queue, long JobId);
