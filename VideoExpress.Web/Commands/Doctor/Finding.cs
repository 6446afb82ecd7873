namespace VideoExpress.Web.Commands.Doctor;

/// <summary>What a check found.</summary>
/// <param name="Verdict">How bad it is.</param>
/// <param name="Text">What was looked at, and in plain words what to mend.</param>
/// <param name="Details">Further lines: what to copy, such as a rule.</param>
internal sealed record Finding(Verdict Verdict, string Text, params IReadOnlyList<string> Details)
{
    public static Finding Ok(string text) => new(Verdict.Ok, text);

    public static Finding Warn(string text, params IReadOnlyList<string> details) => new(Verdict.Warn, text, details);

    public static Finding Fail(string text) => new(Verdict.Fail, text);
}

/// <summary>How bad it is.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Something will be missed.</summary>
    Warn,

    /// <summary>Something will not work.</summary>
    Fail,
}
