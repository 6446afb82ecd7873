namespace VideoExpress.Tests.Storage.Model;

/// <summary>Makes a case that fails as small as it can be.</summary>
internal static class Shrinking
{
    /// <summary>Leaves out parts, long ones first, then single writes of transactions, as long as it still fails.</summary>
    public static List<Step> Shrink(List<Step> steps, Predicate<List<Step>> fails)
    {
        steps = WithoutParts(steps, fails);
        for (var index = 0; index < steps.Count; index++)
        {
            var (before, after) = (steps[..index], steps[(index + 1)..]);
            steps = [.. before, Smaller(steps[index], step => fails([.. before, step, .. after])), .. after];
        }

        return steps;
    }

    private static Step Smaller(Step step, Predicate<Step> fails) => step switch
    {
        InTransaction transaction => SmallerTransaction(transaction, fails),
        InUnit unit => SmallerUnit(unit, fails),
        _ => step,
    };

    private static InTransaction SmallerTransaction(InTransaction transaction, Predicate<InTransaction> fails) => transaction with
    {
        Writes = [.. WithoutParts([.. transaction.Writes], some => fails(transaction with { Writes = [.. some] }))],
    };

    private static InUnit SmallerUnit(InUnit unit, Predicate<Step> fails)
    {
        unit = unit with { Parts = [.. WithoutParts([.. unit.Parts], some => fails(unit with { Parts = [.. some] }))] };
        for (var index = 0; index < unit.Parts.Length; index++)
        {
            unit = With(unit, index, SmallerTransaction(unit.Parts[index], part => fails(With(unit, index, part))));
        }

        return unit;
    }

    private static List<T> WithoutParts<T>(List<T> all, Predicate<List<T>> fails)
    {
        for (var length = all.Count / 2; length > 0;)
        {
            var removed = false;
            for (var at = 0; at + length <= all.Count;)
            {
                List<T> rest = [.. all[..at], .. all[(at + length)..]];
                if (fails(rest))
                {
                    (all, removed) = (rest, true);
                }
                else
                {
                    at += length;
                }
            }

            // After a success, what could not be left out before may be now.
            length = removed ? Math.Min(length, all.Count) : length / 2;
        }

        return all;
    }

    private static InUnit With(InUnit unit, int index, InTransaction part) =>
        unit with { Parts = [.. unit.Parts[..index], part, .. unit.Parts[(index + 1)..]] };
}
