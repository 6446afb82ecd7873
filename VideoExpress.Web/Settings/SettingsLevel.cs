namespace VideoExpress.Web.Settings;

/// <summary>One place settings come from.</summary>
/// <param name="Place">As a sentence says it: <c>in .env</c>, <c>on the command line</c>.</param>
/// <param name="Folder">What a relative path given here is relative to.</param>
/// <param name="Values">What was given, by the name as it was written.</param>
internal sealed record SettingsLevel(string Place, string Folder, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>True where names of other programs stand too, and pass.</summary>
    public bool HasForeignNames { get; init; }

    /// <summary>True where a name without a section counts only as it is spelled: a variable DATA or URLS is not meant for us.</summary>
    public bool IsCaseSensitive { get; init; }
}

/// <summary>A value and where it stood, for the sentence that complains about it.</summary>
/// <param name="Text">As it was written; never empty.</param>
/// <param name="WrittenAs">The name as it was written, perhaps an alias.</param>
/// <param name="Level">Where.</param>
internal sealed record SettingValue(string Text, string WrittenAs, SettingsLevel Level);
