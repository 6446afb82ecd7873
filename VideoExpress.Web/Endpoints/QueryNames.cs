using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Types;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints;

/// <summary>A query parameter that nobody reads would be a filter that does not filter.</summary>
internal static class QueryNames
{
    /// <summary>The refusal of every parameter that is not <paramref name="known"/>; null when there is none.</summary>
    public static ProblemHttpResult? Unknown(IQueryCollection query, params string[] known)
    {
        var errors = query.Keys.Except(known, StringComparer.OrdinalIgnoreCase).ToDictionary(name => name, name => new[] { Sentence(name, known) });
        return errors.Count == 0 ? null : Problem.Validation(errors);
    }

    private static string Sentence(string name, string[] known) => NearestName.Meant(name, known) is { } meant
        ? $"is not known here; did you mean {meant}?"
        : $"is not known here; known are {string.Join(", ", known)}.";
}
