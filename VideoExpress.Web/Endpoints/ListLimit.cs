using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints;

/// <summary>The query parameter <c>limit</c> of every list.</summary>
internal static class ListLimit
{
    private const int Default = 50;
    private const int Max = 500;

    /// <summary>Reads it; false leaves the refusal that names it.</summary>
    public static bool TryRead(string? limit, out int count, [NotNullWhen(false)] out ProblemHttpResult? wrong)
    {
        (count, wrong) = (Default, null);
        if (limit is null || (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= Max))
        {
            return true;
        }

        wrong = Problem.Validation(new Dictionary<string, string[]>
        {
            [nameof(limit)] = [$"must be a whole number from 1 to {Max}, not {limit}."],
        });
        return false;
    }
}
