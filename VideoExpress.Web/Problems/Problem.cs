using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace VideoExpress.Web.Problems;

/// <summary>
/// Every error answer (RFC 9457): <c>type</c>, <c>title</c>, <c>status</c>, <c>detail</c>, <c>retryable</c>, and <c>errors</c> by
/// field where fields are wrong. Details are sentences for the caller: no traces, paths or secrets.
/// </summary>
internal static class Problem
{
    /// <summary>400: the request cannot be read.</summary>
    public static ProblemHttpResult BadRequest(string detail) => Of(StatusCodes.Status400BadRequest, detail);

    /// <summary>404: there is no such thing.</summary>
    public static ProblemHttpResult NotFound(string detail) => Of(StatusCodes.Status404NotFound, detail);

    /// <summary>409: not in the state that the thing is in.</summary>
    public static ProblemHttpResult Conflict(string detail, params IEnumerable<KeyValuePair<string, object?>> extensions) =>
        Of(StatusCodes.Status409Conflict, detail, extensions);

    /// <summary>
    /// 422: fields are wrong; <paramref name="errors"/> has sentences by field, such as <c>params.duration</c>, or of the root, whose path is
    /// empty and which is called <c>body</c>.
    /// </summary>
    public static ProblemHttpResult Validation(IReadOnlyDictionary<string, string[]> errors) =>
        OfFields(StatusCodes.Status422UnprocessableEntity, errors.ToDictionary(field => field.Key.Length == 0 ? "body" : field.Key, field => field.Value));

    /// <summary>Any status, by fault of one field or header: 413 for <c>file</c>, 409 for <c>Upload-Offset</c>, …</summary>
    public static ProblemHttpResult OfField(int status, string field, string sentence) =>
        OfFields(status, new Dictionary<string, string[]> { [field] = [sentence] });

    /// <summary>Any status. <c>retryable</c> is true where the same request may work later: 408, 423, 429, 502, 503, 504, 507.</summary>
    public static ProblemHttpResult Of(int status, string detail, params IEnumerable<KeyValuePair<string, object?>> extensions)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        var problem = new ProblemDetails
        {
            Type = $"urn:problem-type:videoexpress:{title.Replace(' ', '-').ToLowerInvariant()}",
            Title = title,
            Status = status,
            Detail = detail,
            Extensions = { ["retryable"] = status is 408 or 423 or 429 or 502 or 503 or 504 or 507 },
        };
        foreach (var (name, value) in extensions)
        {
            problem.Extensions[name] = value;
        }

        return TypedResults.Problem(problem);
    }

    private static ProblemHttpResult OfFields(int status, Dictionary<string, string[]> errors) => Of(
        status,
        string.Join(" ", errors.SelectMany(field => field.Value.Select(sentence => $"{field.Key}: {sentence}"))),
        KeyValuePair.Create<string, object?>("errors", errors));
}
