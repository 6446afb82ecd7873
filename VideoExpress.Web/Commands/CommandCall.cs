using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands;

/// <summary>One call of a command: what it was given, and where its words go.</summary>
/// <param name="Values">Of the command's parameters, in their order.</param>
/// <param name="Options">Of its own options that were given, by name without dashes; a flag has an empty value.</param>
/// <param name="Settings">The very settings that the server would have.</param>
/// <param name="Output">Where its words go.</param>
/// <param name="Time">The clock.</param>
internal sealed record CommandCall(
    IReadOnlyList<string> Values, IReadOnlyDictionary<string, string> Options, AppSettings Settings, CommandOutput Output, TimeProvider Time);
