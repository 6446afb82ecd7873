namespace VideoExpress.Web.Commands;

/// <summary>What the program does instead of serving, when its first argument names it.</summary>
/// <param name="Name">The first argument.</param>
/// <param name="Summary">What it does, for the list of commands.</param>
/// <param name="RunAsync">Does it; returns the exit code: 0 done, 1 not, or not all of it.</param>
internal sealed record Command(string Name, string Summary, Func<CommandCall, CancellationToken, Task<int>> RunAsync)
{
    /// <summary>Names of what must follow, such as <c>DIR</c>.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>Its own options, each as it is written: <c>--origin URL</c>, or <c>--replace</c> for a flag. Every setting of the server is an option, too.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>How it is called.</summary>
    public string Usage => string.Join(' ', [Name, .. Parameters, .. Options.Select(option => $"[{option}]")]);
}
