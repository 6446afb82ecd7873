using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace VideoExpress.Web.Problems;

/// <summary>Tells a body that is no JSON at all (400) from JSON whose fields are wrong (422).</summary>
internal static class JsonProblem
{
    /// <summary>The problem behind <paramref name="exception"/>, with its place: line and column, or field.</summary>
    public static ProblemHttpResult Of(JsonException exception)
    {
        // The reader's own exception is the inner one where the text is malformed; a value of the wrong type has another or none.
        if (exception.InnerException is JsonException || exception.Path is null or "" or "$")
        {
            return Problem.BadRequest(
                $"The body is not the JSON that is expected here (line {exception.LineNumber + 1 ?? 1}, byte {exception.BytePositionInLine + 1 ?? 1}).");
        }

        var field = exception.Path.TrimStart('$').TrimStart('.');
        return Problem.Validation(new Dictionary<string, string[]> { [field] = ["This value is not of the expected type."] });
    }
}
