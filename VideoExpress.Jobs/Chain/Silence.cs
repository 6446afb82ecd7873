using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// Whether an attempt that shows no sign was ever accepted. Nobody can ask the provider, since the id was lost; but an endpoint that has
/// nothing queued or at work beyond what we know, seen twice, cannot have it.
/// </summary>
internal sealed class Silence(SQLiteStorage storage, GpuEndpoints endpoints, Listening listening, RunPodSettings settings, TimeProvider time)
{
    /// <summary>Between two looks that are to count: a provider may need seconds to show what it has just accepted.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(30);

    /// <summary>With more requests of our own at the endpoint than this, each would have to be looked at: the wait is kept to.</summary>
    private const int MostKnown = 20;

    /// <summary>Listens once.</summary>
    /// <exception cref="GpuException">The provider refuses our key.</exception>
    public async Task<Silent> ListenAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var heard = listening.For(attempt);
        var known = storage.Read(connection => ((Db)connection).RequestsAt(attempt.Endpoint, MostKnown + 1));
        bool isQuiet;
        try
        {
            var health = await endpoints.Client(attempt.Endpoint).GetHealthAsync(cancellationToken);
            if (health.SubmitIsIdempotent)
            {
                return Silent.ButKnownAgain;
            }

            if (heard >= settings.UnknownFateWait)
            {
                return Silent.LongEnough;
            }

            isQuiet = await IsQuietAsync(attempt, health, known, cancellationToken);
        }
        catch (GpuException away) when (away.CanHeal)
        {
            return Silent.NotYet; // a provider that cannot be reached takes no new attempt either
        }

        var now = time.GetUtcNow();
        var since = isQuiet ? attempt.QuietSince ?? now : default(DateTimeOffset?);
        storage.Write(db => db.MarkQuiet(attempt.Id, since is { } quiet ? Micros.From(quiet) : null));
        return now - since >= Apart ? Silent.LongEnough : Silent.NotYet;
    }

    /// <summary>
    /// True when all that the endpoint has is ours. Ours are looked at after it was asked: what has ended meanwhile makes it look busier than
    /// it is, never emptier.
    /// </summary>
    private async Task<bool> IsQuietAsync(Attempt attempt, GpuHealth health, List<string> known, CancellationToken cancellationToken)
    {
        var there = health.Jobs.InQueue + health.Jobs.InProgress;
        if (there == 0 || known.Count > MostKnown)
        {
            return there == 0;
        }

        foreach (var requestId in known.TakeWhile(_ => there > 0))
        {
            var status = await endpoints.Client(attempt.Endpoint).GetStatusAsync(requestId, cancellationToken);
            there -= status.State is GpuState.InQueue or GpuState.InProgress ? 1 : 0;
        }

        return there <= 0;
    }
}

/// <summary>What the silence of an attempt means.</summary>
internal enum Silent
{
    /// <summary>It may still show.</summary>
    NotYet,

    /// <summary>It was never accepted, or is gone.</summary>
    LongEnough,

    /// <summary>It may be sent again as it is: the endpoint knows an attempt again.</summary>
    ButKnownAgain,
}
