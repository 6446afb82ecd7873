namespace VideoExpress.Jobs.Store;

/// <summary>The name to save a file under, as a Content-Disposition.</summary>
internal static class DownloadName
{
    /// <summary>
    /// <c>inline</c> without a name; else <c>attachment</c> with the name twice (RFC 6266): in ASCII, and in UTF-8 after RFC 5987.
    /// </summary>
    public static string ContentDisposition(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return "inline";
        }

        var safe = string.Concat(name.Select(c => char.IsControl(c) || c is '/' or '\\' ? '_' : c));
        var ascii = string.Concat(safe.Select(c => char.IsAscii(c) && c is not ('"' or '%') ? c : '_'));
        return $"attachment; filename=\"{ascii}\"; filename*=UTF-8''{Uri.EscapeDataString(safe)}";
    }
}
