using Microsoft.OpenApi;
using VideoExpress.Jobs.Idempotency;
using VideoExpress.Jobs.Types;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints;

/// <summary>
/// The header <c>Idempotency-Key</c>: bare, or the quoted string of the draft of the IETF's working group (draft-ietf-httpapi-idempotency-key-header).
/// </summary>
internal static class IdempotencyKey
{
    /// <summary>The header of an answer that an earlier call has made.</summary>
    public const string Replayed = "Idempotent-Replayed";

    private const int MaxLength = 255;

    private const string Rule = "must be 1 to 255 visible ASCII characters without spaces, bare or as a quoted string";

    /// <summary>The sender's key; null when it sent none.</summary>
    /// <exception cref="InvalidFieldsException">It is no key, or there are several.</exception>
    public static string? Read(HttpRequest request)
    {
        var headers = request.Headers[RepeatableCall.Field];
        if (headers.Count == 0)
        {
            return null;
        }

        var errors = new FieldErrors();
        if (headers.Count > 1)
        {
            errors.Add(RepeatableCall.Field, "is given more than once.");
        }

        var key = Unquoted(headers[0] ?? "");
        if (key is null || key.Length is 0 or > MaxLength || key.Any(character => character is <= ' ' or > '~'))
        {
            errors.Add(RepeatableCall.Field, $"{Rule}.");
        }

        errors.ThrowIfAny();
        return key;
    }

    /// <summary>Answers 422 to a call with that header: ignored, its sender would rely on it in vain.</summary>
    public static RouteHandlerBuilder RefuseIdempotencyKey(this RouteHandlerBuilder route, string sentence) => route.AddEndpointFilter((context, next) =>
        context.HttpContext.Request.Headers.ContainsKey(RepeatableCall.Field)
            ? ValueTask.FromResult<object?>(Problem.Validation(new Dictionary<string, string[]> { [RepeatableCall.Field] = [sentence] }))
            : next(context));

    /// <summary>Describes the header, and that of the answer.</summary>
    public static RouteHandlerBuilder DescribeIdempotencyKey(this RouteHandlerBuilder route) =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = RepeatableCall.Field,
                In = ParameterLocation.Header,
                Description = $"A key of yours for this call, such as a UUID: repeated with it and an equal body, also after years, the call answers with the "
                    + $"job that it has made, as it stands then. The key {Rule}.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = MaxLength + 2 },
            });
            if (operation.Responses?.TryGetValue("201", out var created) is true && created is OpenApiResponse response)
            {
                (response.Headers ??= new Dictionary<string, IOpenApiHeader>()).Add(Replayed, new OpenApiHeader
                {
                    Description = "true when an earlier call with the same Idempotency-Key has made the job.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean },
                });
            }

            return Task.CompletedTask;
        });

    /// <summary>The text in a structured field's string (RFC 9651, section 3.3.3), or the bare text; null when a quotation is malformed.</summary>
    private static string? Unquoted(string header)
    {
        if (!header.StartsWith('"'))
        {
            return header;
        }

        var text = new System.Text.StringBuilder(header.Length);
        for (var index = 1; index < header.Length; index++)
        {
            switch (header[index])
            {
                case '"':
                    return index == header.Length - 1 ? text.ToString() : null;
                case '\\' when index + 1 < header.Length && header[index + 1] is '"' or '\\':
                    text.Append(header[++index]);
                    break;
                case '\\':
                    return null;
                default:
                    text.Append(header[index]);
                    break;
            }
        }

        return null; // no closing quote
    }
}
