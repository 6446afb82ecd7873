using System.Globalization;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Web.Endpoints;

/// <summary>The query parameter <c>limit</c> of every list.</summary>
internal static class ListLimit
{
    private const int Default = 50;
    private const int Max = 500;

    /// <summary>Its value, 50 when it is not given; anything but a whole number from 1 to 500 is a fault.</summary>
    public static int Read(string? limit, FieldErrors errors)
    {
        if (limit is null)
        {
            return Default;
        }

        if (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > Max)
        {
            errors.Add(nameof(limit), $"must be a whole number from 1 to {Max}, not {limit}.");
        }

        return count;
    }
}
