using VideoExpress.Jobs.Types;

namespace VideoExpress.Web.Endpoints;

/// <summary>A query parameter that is true or false.</summary>
internal static class QueryFlag
{
    /// <summary>Its value, false when it is not given; anything else is a fault.</summary>
    public static bool Read(string name, string? text, FieldErrors errors)
    {
        var value = false;
        if (text is not null && !bool.TryParse(text, out value))
        {
            errors.Add(name, $"must be true or false, not {text}.");
        }

        return value;
    }
}
