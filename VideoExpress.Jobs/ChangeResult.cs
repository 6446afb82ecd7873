using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs;

/// <summary>What came of a wish to change a job or an asset: to keep, delete, restore or retry it.</summary>
/// <param name="Item">As it stands afterwards.</param>
/// <param name="Refusal">Why it is not as wished, in a sentence; null when it is.</param>
public sealed record ChangeResult<T>(T Item, string? Refusal);

/// <summary>How such a wish is carried out.</summary>
internal static class Changes
{
    /// <summary>Changes what is found, in a unit of work of its own; null when nothing is.</summary>
    public static ChangeResult<T>? Change<T>(
        this SQLiteStorage storage, Func<Db, T?> find, Func<SQLiteUnitOfWork, bool> change, Func<Db, T, string?> whyNot)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        if (find(unitOfWork) is not { } found)
        {
            return null;
        }

        if (!change(unitOfWork))
        {
            return new ChangeResult<T>(found, whyNot(unitOfWork, found));
        }

        var changed = find(unitOfWork)!;
        unitOfWork.Commit();
        return new ChangeResult<T>(changed, null);
    }
}
