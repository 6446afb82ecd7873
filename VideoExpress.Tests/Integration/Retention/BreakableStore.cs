using System.Runtime.CompilerServices;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>A real store whose deletions fail when the test says so, and whose listings tell that they begin.</summary>
internal sealed class BreakableStore(IObjectStore store) : IObjectStore
{
    /// <summary>Where the files are: another one, when somebody has set another bucket.</summary>
    public IObjectStore Inner { get; set; } = store;

    /// <summary>True for a disk that is full.</summary>
    public bool TakesNothing { get; set; }

    /// <summary>Deletions that work before all others fail; negative: all work.</summary>
    public int DeletionsLeft { get; set; } = -1;

    public Task<string> PutAsync(StoreKey key, Stream content, NewObject what, CancellationToken cancellationToken) =>
        TakesNothing ? throw new StoreException("The disk is full.", canHeal: true) : Inner.PutAsync(key, content, what, cancellationToken);

    public Task<Stream?> OpenReadAsync(StoreKey key, CancellationToken cancellationToken) => Inner.OpenReadAsync(key, cancellationToken);

    /// <summary>No object can be looked at.</summary>
    public bool IsAway { get; set; }

    /// <summary>How many looks were refused.</summary>
    public int Refused { get; private set; }

    public Task<StoredObject?> StatAsync(StoreKey key, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            Refused++;
            throw new StoreException("The store is away.", canHeal: true);
        }

        return Inner.StatAsync(key, cancellationToken);
    }

    /// <summary>What happens elsewhere while a listing begins.</summary>
    public Func<Task> OnListing { get; set; } = () => Task.CompletedTask;

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await OnListing();
        await foreach (var stored in Inner.ListAsync(prefix, cancellationToken))
        {
            yield return stored;
        }
    }

    /// <summary>Prefixes below which nothing can be deleted, as under an object lock.</summary>
    public ISet<string> Locked { get; } = new HashSet<string>();

    public Task DeleteAsync(StoreKey key, CancellationToken cancellationToken)
    {
        if (Locked.Any(key.Value.StartsWith))
        {
            throw new StoreException("The store denies it.", canHeal: false);
        }

        if (DeletionsLeft == 0)
        {
            throw new StoreException("The store is away.", canHeal: true);
        }

        DeletionsLeft--;
        return Inner.DeleteAsync(key, cancellationToken);
    }

    /// <summary>True where the test's clock leaps while files are put: each would seem to have taken days.</summary>
    public bool SparesUnfinished { get; set; }

    /// <summary>True for a key without the right to list unfinished uploads.</summary>
    public bool DeniesUnfinished { get; set; }

    public Task<int> EndUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        DeniesUnfinished ? throw new StoreException("The store denies it.", canHeal: false)
        : SparesUnfinished ? Task.FromResult(0)
        : Inner.EndUnfinishedAsync(startedBefore, cancellationToken);

    public Uri PresignGet(StoreKey key, TimeSpan lifetime, Uri baseUrl, Disposition? disposition = null) =>
        Inner.PresignGet(key, lifetime, baseUrl, disposition);

    public Uri PresignPut(StoreKey key, TimeSpan lifetime, Uri baseUrl) => Inner.PresignPut(key, lifetime, baseUrl);
}
