namespace VideoExpress.Web.Commands.Doctor;

/// <summary><c>doctor</c>: looks at everything that the server needs, and says in plain words what to mend.</summary>
internal static class DoctorCommand
{
    private const string Origin = "origin";

    public static Command Command { get; } = new("doctor", "looks at disk, database, store, GPU and FFmpeg, and says what to mend", RunAsync)
    {
        Options = [$"--{Origin} URL"],
    };

    private static async Task<int> RunAsync(CommandCall call, CancellationToken cancellationToken)
    {
        using var subject = new Subject(call.Settings, OriginOf(call), call.Time);

        // All at once, since most of the time is waiting, but for those that need another; told in their order.
        var checks = Checks.For(call.Settings);
        var running = new Dictionary<Check, Task<IReadOnlyList<Finding>>>();
        foreach (var check in checks)
        {
            running[check] = check.FindAsync(subject, check.Needs is null ? null : running[check.Needs], cancellationToken);
        }

        var width = checks.Max(check => check.Name.Length);
        var counts = new int[3];
        foreach (var check in checks)
        {
            foreach (var finding in await running[check])
            {
                counts[(int)finding.Verdict]++;
                Tell(call.Output, check.Name.PadRight(width), finding);
            }
        }

        call.Output.Line("");
        call.Output.Line($"{counts[(int)Verdict.Ok]} ok, {counts[(int)Verdict.Warn]} warn, {counts[(int)Verdict.Fail]} FAIL");
        return counts[(int)Verdict.Fail] == 0 ? 0 : 1;
    }

    private static void Tell(CommandOutput output, string name, Finding finding)
    {
        var verdict = finding.Verdict switch
        {
            Verdict.Ok => output.Paint("ok  ", CommandOutput.Green),
            Verdict.Warn => output.Paint("warn", CommandOutput.Yellow),
            _ => output.Paint("FAIL", CommandOutput.Red),
        };
        output.Line($"{verdict}  {name}  {finding.Text.ReplaceLineEndings(" ")}");
        foreach (var line in finding.Details)
        {
            output.Line($"      {new string(' ', name.Length)}  {line}");
        }
    }

    /// <summary>The origin that pages have: as the option says, else that of <c>PublicUrl</c>.</summary>
    private static Uri? OriginOf(CommandCall call)
    {
        if (!call.Options.TryGetValue(Origin, out var text))
        {
            return call.Settings.Host.PublicUrl;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new CommandException($"--{Origin} must be the address of a web page such as https://app.example.com.");
    }
}
