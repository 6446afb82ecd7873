using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Retention;

/// <summary>What a pass of the cleanup could not do. One thing that cannot be removed does not stop the rest; a store that is away does.</summary>
internal sealed class Failures
{
    private const int EnoughInARow = 5;

    private readonly List<string> _sentences = [];
    private int _inARow;

    /// <summary>What went wrong, a sentence each.</summary>
    public IReadOnlyList<string> Sentences => _sentences;

    /// <summary>True after so many failures one after the other that it is the store's fault, and not the object's.</summary>
    public bool StoreIsAway => _inARow >= EnoughInARow;

    /// <summary>Tries something.</summary>
    /// <param name="what">What it is, for the sentence.</param>
    /// <param name="work">The store's failures are noted; all else passes.</param>
    /// <returns>False when the store failed.</returns>
    public async Task<bool> TryAsync(string what, Func<Task> work)
    {
        try
        {
            await work();
            _inARow = 0;
            return true;
        }
        catch (StoreException error)
        {
            _sentences.Add($"{what}: {error.Message}");
            _inARow += error.CanHeal ? 1 : 0;
            return false;
        }
    }
}
