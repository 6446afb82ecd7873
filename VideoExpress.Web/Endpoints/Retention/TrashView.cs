using VideoExpress.Jobs.Retention;

namespace VideoExpress.Web.Endpoints.Retention;

/// <summary>That something is on its way out, or gone.</summary>
/// <param name="State"><c>trashed</c> (it can be restored), <c>removing</c>, or <c>removed</c>.</param>
/// <param name="Reason"><c>deleted</c>, <c>age</c> or <c>size</c>.</param>
/// <param name="At">When it was put into the trash.</param>
internal sealed record TrashView(string State, string Reason, DateTime At)
{
    public static TrashView? Of(Trash? trash) =>
        trash is null ? null : new TrashView(trash.State.ToString().ToLowerInvariant(), trash.Reason, trash.At.UtcDateTime);
}
