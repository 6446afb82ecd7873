namespace VideoExpress.Jobs.Store;

/// <summary>How a browser is to take a file: played in place or saved, and under what name (RFC 6266).</summary>
public sealed record Disposition
{
    private Disposition(string type, string? name) => (Type, Name) = (type, name);

    /// <summary>In place, saved under the last segment of the URL.</summary>
    public static Disposition InPlace { get; } = new("inline", null);

    /// <summary>The name to save under; null: the URL's.</summary>
    public string? Name { get; }

    /// <summary>True when the file is to be saved and not shown.</summary>
    public bool IsAttachment => Type == "attachment";

    private string Type { get; }

    /// <summary>Played in place, and saved under <paramref name="name"/> when its reader asks for that.</summary>
    public static Disposition Inline(string name) => new("inline", name);

    /// <summary>Saved at once, under <paramref name="name"/>.</summary>
    public static Disposition Attachment(string name) => new("attachment", name);

    /// <summary>The Content-Disposition: the name twice, in ASCII, and in UTF-8 after RFC 5987.</summary>
    public override string ToString()
    {
        if (string.IsNullOrEmpty(Name))
        {
            return Type;
        }

        var safe = string.Concat(Name.Select(c => char.IsControl(c) || c is '/' or '\\' ? '_' : c));
        var ascii = string.Concat(safe.Select(c => char.IsAscii(c) && c is not ('"' or '%') ? c : '_'));
        return $"{Type}; filename=\"{ascii}\"; filename*=UTF-8''{Uri.EscapeDataString(safe)}";
    }
}
