using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.Folder;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Outputs;

/// <summary>A request to <c>/outputs</c> whose signature was checked: either the file it may touch, or why it may not.</summary>
/// <param name="Folder">The store that serves it.</param>
/// <param name="Key">The one file.</param>
/// <param name="Disposition">How a browser is to take it; null: in place.</param>
/// <param name="Left">How long the URL is good for yet.</param>
internal sealed record SignedOutput(FolderStore Folder, StoreKey Key, Disposition? Disposition, TimeSpan Left)
{
    /// <summary>Looks at the signature before anything else.</summary>
    /// <param name="method">What the URL must be signed for.</param>
    /// <param name="key">The key as it came in.</param>
    /// <param name="request">Carries <c>exp</c>, <c>dl</c> or <c>as</c>, and <c>sig</c>.</param>
    /// <param name="store">The configured store.</param>
    /// <param name="refusal">The answer, when the result is null.</param>
    public static SignedOutput? Check(
        HttpMethod method, string key, HttpRequest request, IObjectStore store, out ProblemHttpResult? refusal)
    {
        refusal = null;
        if (store is not FolderStore folder)
        {
            refusal = Problem.Of(StatusCodes.Status404NotFound, "The files of this server are in its object store, not here.");
            return null;
        }

        Disposition? disposition = null;
        var left = TimeSpan.Zero;
        var verdict = StoreKey.TryParse(key, out var parsed) && TryReadDisposition(request.Query, out disposition)
            ? folder.Urls.Check(method, parsed, request.Query["exp"].ToString(), disposition, request.Query["sig"].ToString(), out left)
            : OutputUrlVerdict.Forged;
        if (verdict == OutputUrlVerdict.Valid)
        {
            return new SignedOutput(folder, parsed, disposition, left);
        }

        refusal = Problem.Of(StatusCodes.Status403Forbidden, verdict == OutputUrlVerdict.Expired
            ? "This URL has expired. Ask for the job again: its output URLs are signed afresh."
            : "This URL's signature is missing, altered, or for another call.");
        return null;
    }

    // No URL of ours has both words.
    private static bool TryReadDisposition(IQueryCollection query, out Disposition? disposition)
    {
        var saved = query.TryGetValue(OutputUrls.AttachmentWord, out var attachment);
        var shown = query.TryGetValue(OutputUrls.InlineWord, out var inline);
        disposition = saved ? Disposition.Attachment(attachment.ToString()) : shown ? Disposition.Inline(inline.ToString()) : null;
        return !(saved && shown);
    }
}
