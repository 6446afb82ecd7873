namespace VideoExpress.Tests.Storage.Model;

/// <summary>What a storage must answer, kept in the simplest way that shows it: collections in memory, nothing clever.</summary>
internal sealed class ModelStorage(int historyLength)
{
    private long _order;

    public DateTime Now { get; set; }

    public List<ModelJob> Jobs { get; } = [];

    public Dictionary<string, Kept<List<ModelSetItem>>> Sets { get; } = [];

    /// <summary>Oldest first.</summary>
    public Dictionary<string, Kept<List<string>>> Lists { get; } = [];

    public Dictionary<string, Kept<Dictionary<string, string?>>> Hashes { get; } = [];

    public Dictionary<string, Kept<long>> Counters { get; } = [];

    public List<ModelQueued> Queue { get; } = [];

    /// <summary>The last sign of life of each server.</summary>
    public Dictionary<string, DateTime> Servers { get; } = [];

    /// <summary>Who has a lock, and how often.</summary>
    public Dictionary<string, (int Connection, int Depth)> Locks { get; } = [];

    /// <summary>The job of the nth creation, none where there are no jobs.</summary>
    public ModelJob? Job(int nth) => Jobs.Count == 0 ? null : Jobs[nth % Jobs.Count];

    public void SetState(ModelJob job, ModelState state)
    {
        if (!job.IsGone)
        {
            job.History.Add(state);
            job.State = state;
            job.History.RemoveRange(0, Math.Max(0, job.History.Count - historyLength));
        }
    }

    public void Enqueue(string queue, string jobId) => Queue.Add(new ModelQueued(queue, jobId));

    /// <summary>The row that is handed out next: of the first queue that has one, the oldest that nobody has.</summary>
    public ModelQueued? Next(string[] queues) => queues
        .Select(queue => Queue.Find(row => row.Queue == queue && !row.IsTaken))
        .FirstOrDefault(row => row is not null);

    public void AddToSet(string key, string value, double score)
    {
        var set = Of(Sets, key);
        var known = set.Value.Find(item => item.Value == value);
        set.Value.Remove(known!);
        set.Value.Add(new ModelSetItem(value, score, known?.Order ?? _order++));
    }

    public void AddToCounter(string key, int value, DateTime? expireAt)
    {
        var counter = Of(Counters, key);
        counter.Value += value;
        counter.ExpireAt = counter.ExpireAt > expireAt ? counter.ExpireAt : expireAt ?? counter.ExpireAt;
    }

    /// <summary>What is due is removed, and empty collections have never been.</summary>
    public void Expire()
    {
        foreach (var job in Jobs.Where(job => job.ExpireAt < Now))
        {
            job.IsGone = true;
        }

        Remove(Sets);
        Remove(Lists);
        Remove(Hashes);
        Remove(Counters);

        void Remove<T>(Dictionary<string, Kept<T>> all)
        {
            foreach (var key in all.Where(entry => entry.Value.ExpireAt < Now).Select(entry => entry.Key).ToList())
            {
                all.Remove(key);
            }
        }
    }

    public void RemoveIfEmpty(string key)
    {
        if (Sets.TryGetValue(key, out var set) && set.Value.Count == 0)
        {
            Sets.Remove(key);
        }

        if (Lists.TryGetValue(key, out var list) && list.Value.Count == 0)
        {
            Lists.Remove(key);
        }
    }

    public static Kept<T> Of<T>(Dictionary<string, Kept<T>> all, string key)
        where T : new()
    {
        if (!all.TryGetValue(key, out var kept))
        {
            all.Add(key, kept = new Kept<T>(new T()));
        }

        return kept;
    }
}

internal sealed class Kept<T>(T value)
{
    public T Value { get; set; } = value;

    public DateTime? ExpireAt { get; set; }
}

internal sealed class ModelJob(string id, DateTime? expireAt)
{
    public string Id => id;

    public DateTime? ExpireAt { get; set; } = expireAt;

    public bool IsGone { get; set; }

    public ModelState? State { get; set; }

    public List<ModelState> History { get; } = [];

    public Dictionary<string, string?> Parameters { get; init; } = [];
}

internal sealed record ModelState(string Name, string Reason);

internal sealed record ModelSetItem(string Value, double Score, long Order);

internal sealed class ModelQueued(string queue, string jobId)
{
    public string Queue => queue;

    public string JobId => jobId;

    public bool IsTaken { get; set; }
}
