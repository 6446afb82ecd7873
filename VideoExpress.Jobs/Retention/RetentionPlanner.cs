namespace VideoExpress.Jobs.Retention;

/// <summary>
/// Decides what may go. Pure. Nothing goes that something uses which stays; so an export keeps its clips, and an old clip of a new film stays
/// as long as the film.
/// </summary>
internal sealed class RetentionPlanner
{
    private readonly RetentionSettings _settings;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<Guid, Holding> _kept;
    private readonly ILookup<Guid, Guid> _uses;
    private readonly Dictionary<Guid, int> _users;
    private readonly List<PlannedTrash> _trash = [];
    private long _bytes;

    private RetentionPlanner(IEnumerable<Holding> kept, IEnumerable<(Guid User, Guid Used)> uses, RetentionSettings settings, DateTimeOffset now)
    {
        (_settings, _now) = (settings, now);
        _kept = kept.ToDictionary(holding => holding.Id);
        var known = uses.Where(use => _kept.ContainsKey(use.User) && _kept.ContainsKey(use.Used)).ToList();
        _uses = known.ToLookup(use => use.User, use => use.Used);
        _users = known.CountBy(use => use.Used).ToDictionary();
        _bytes = _kept.Values.Sum(holding => holding.Bytes);
    }

    /// <summary>What goes into the trash, users before what they use, and what the rest takes in bytes.</summary>
    /// <param name="kept">All that is kept.</param>
    /// <param name="uses">Which job uses which job or asset.</param>
    /// <param name="settings">The limits.</param>
    /// <param name="now">The present, UTC.</param>
    public static (IReadOnlyList<PlannedTrash> Trash, long KeptBytes) Plan(
        IEnumerable<Holding> kept, IEnumerable<(Guid User, Guid Used)> uses, RetentionSettings settings, DateTimeOffset now)
    {
        var planner = new RetentionPlanner(kept, uses, settings, now);
        planner.Drop(TrashReason.Age, planner.IsTooOld, () => true);
        if (settings.MaxBytes > 0)
        {
            planner.Drop(TrashReason.Size, planner.FreesSpace, () => planner._bytes > settings.MaxBytes);
        }

        return (planner._trash, planner._bytes);
    }

    /// <summary>Drops what <paramref name="may"/> go and nothing uses, the oldest first, while <paramref name="wanted"/>.</summary>
    private void Drop(string reason, Func<Holding, bool> may, Func<bool> wanted)
    {
        bool IsFree(Holding holding) => !holding.IsFixed && _users.GetValueOrDefault(holding.Id) == 0 && may(holding);
        var free = new PriorityQueue<Holding, DateTimeOffset>(_kept.Values.Where(IsFree).Select(holding => (holding, holding.Since)));
        while (wanted() && free.TryDequeue(out var holding, out _))
        {
            _kept.Remove(holding.Id);
            _bytes -= holding.Bytes;
            _trash.Add(new PlannedTrash(holding, reason));
            foreach (var used in _uses[holding.Id])
            {
                _users[used]--;
                if (_kept.TryGetValue(used, out var freed) && IsFree(freed))
                {
                    free.Enqueue(freed, freed.Since);
                }
            }
        }
    }

    private bool IsTooOld(Holding holding)
    {
        var days = holding.Kind switch
        {
            HoldingKind.Job => _settings.OutputsDays,
            HoldingKind.FailedJob => _settings.FailedDays,
            _ => _settings.AssetsDays,
        };
        return days > 0 && _now - holding.Since > TimeSpan.FromDays(days);
    }

    /// <summary>An asset may be its owner's only copy: it goes by its age only, where that is asked for.</summary>
    private bool FreesSpace(Holding holding) => holding.Kind != HoldingKind.Asset && (holding.Bytes > 0 || _uses[holding.Id].Any());
}
