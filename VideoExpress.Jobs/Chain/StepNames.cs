using System.Collections.Concurrent;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;
using BackgroundJob = Hangfire.Common.Job;

namespace VideoExpress.Jobs.Chain;

/// <summary>Names background jobs for people: <c>RENDER 0199a3f2-7c41… · Poll</c>.</summary>
internal sealed class StepNames(SQLiteStorage storage)
{
    private const int MaxKnown = 10_000;
    private readonly ConcurrentDictionary<Guid, string> _known = new(); // a job's type never changes

    /// <summary>The name of a step's background job; null for any other.</summary>
    public string? NameOf(BackgroundJob background)
    {
        if (!typeof(Step).IsAssignableFrom(background.Type) || background.Args is not [Guid jobId, ..])
        {
            return null;
        }

        if (_known.Count > MaxKnown)
        {
            _known.Clear();
        }

        var name = _known.GetOrAdd(jobId, id => storage.Read(connection => ((Db)connection).FindJob(id)) is { } job ? $"{job.Type} {job.ShortId}…" : $"{id:D}");
        return $"{name} · {ChainLink.NameOf(background.Type)}";
    }
}
