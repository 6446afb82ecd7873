namespace VideoExpress.Web.Settings;

/// <summary>Settings are wrong: one sentence for each fault, without secrets.</summary>
internal sealed class SettingsException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>What is wrong, each a sentence that names its setting.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
