namespace VideoExpress.Jobs.Types;

/// <summary>Finds the name that somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>The known name with the fewest edits to <paramref name="name"/>, case aside; null when nothing is known.</summary>
    public static string? Of(string name, IEnumerable<string> known) => known.MinBy(candidate => Distance(name, candidate));

    /// <summary>The nearest known name if it is near enough to be what was meant: at most half of it differs.</summary>
    public static string? Meant(string name, IEnumerable<string> known) =>
        Of(name, known) is { } nearest && Distance(name, nearest) <= Math.Max(1, Math.Min(name.Length, nearest.Length) / 2) ? nearest : null;

    /// <summary>How many characters must be added, removed, replaced or swapped with their neighbour, case aside.</summary>
    public static int Distance(string left, string right)
    {
        var (a, b) = (left.ToUpperInvariant(), right.ToUpperInvariant());
        var edits = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                edits[i, j] = i == 0 || j == 0 ? i + j : Cheapest(edits, a, b, i, j);
            }
        }

        return edits[a.Length, b.Length];
    }

    private static int Cheapest(int[,] edits, string a, string b, int i, int j)
    {
        var replaced = edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
        var best = Math.Min(replaced, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
        var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
        return swapped ? Math.Min(best, edits[i - 2, j - 2] + 1) : best;
    }
}
