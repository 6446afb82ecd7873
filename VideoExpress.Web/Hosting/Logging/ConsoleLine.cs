using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace VideoExpress.Web.Hosting.Logging;

/// <summary>A line for a person: <c>14:03:07 INF 0199a3f2-41c6 Poll · message</c>, the job and step only where there are any.</summary>
/// <param name="inColor">Dim the frame and colour the level by ANSI sequences.</param>
internal sealed class ConsoleLine(bool inColor) : ITextFormatter
{
    /// <summary>The name under which a job's id is logged.</summary>
    public const string JobId = "job_id";

    /// <summary>The name under which a step is logged.</summary>
    public const string Step = "step";

    // The ids begin with the time: fewer characters are the same for all jobs of a minute.
    private const int ShortId = 13;

    // "lj": texts without quotes, the rest as JSON.
    private static readonly MessageTemplateTextFormatter Message = new("{Message:lj}{NewLine}{Exception}", CultureInfo.InvariantCulture);

    /// <summary>True when a person is likely to read along on a terminal that understands colour (see no-color.org).</summary>
    public static bool WantsColor => !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <inheritdoc />
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var (name, color) = Level(logEvent.Level);
        output.Write(Paint(logEvent.Timestamp.ToString("HH:mm:ss", CultureInfo.InvariantCulture), "2"));
        output.Write($" {Paint(name, color)} {Paint(Origin(logEvent), "36")}");
        Message.Format(logEvent, output);
    }

    private static string Origin(LogEvent logEvent)
    {
        var job = Text(logEvent, JobId);
        return job is null ? "" : $"{job[..Math.Min(ShortId, job.Length)]} {Text(logEvent, Step)}".TrimEnd() + " · ";
    }

    private static string? Text(LogEvent logEvent, string name) =>
        logEvent.Properties.GetValueOrDefault(name) is ScalarValue { Value: { } value } ? value.ToString() : null;

    private static (string Name, string Color) Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => ("TRC", "2"),
        LogEventLevel.Debug => ("DBG", "2"),
        LogEventLevel.Information => ("INF", "32"),
        LogEventLevel.Warning => ("WRN", "33"),
        LogEventLevel.Error => ("ERR", "31"),
        _ => ("FTL", "31;1"),
    };

    private string Paint(string text, string color) => inColor && text.Length > 0 ? $"\e[{color}m{text}\e[0m" : text;
}
