using Serilog.Events;
using Serilog.Parsing;
using VideoExpress.Web.Hosting.Logging;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed class ConsoleLineTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 24, 14, 3, 7, TimeSpan.Zero);

    [Fact]
    public void Line_NamesJobAndStep_WhereThereAreAny()
    {
        Assert.Equal("14:03:07 INF looked at \"two\" things" + Environment.NewLine, Render());
        Assert.Equal("14:03:07 INF 0199a3f2-41c6 · looked at \"two\" things" + Environment.NewLine, Render(Property("job_id", "0199a3f2-41c6-7000-8000-000000000001")));
        Assert.Equal(
            "14:03:07 INF 0199a3f2-41c6 Poll · looked at \"two\" things" + Environment.NewLine,
            Render(Property("job_id", "0199a3f2-41c6-7000-8000-000000000001"), Property("step", "Poll")));
    }

    private static LogEventProperty Property(string name, string value) => new(name, new ScalarValue(value));

    private static string Render(params LogEventProperty[] properties)
    {
        var text = new StringWriter();
        var template = new MessageTemplateParser().Parse("looked at {What} things");
        new ConsoleLine(inColor: false).Format(
            new LogEvent(Time, LogEventLevel.Information, null, template, [Property("What", "\"two\""), .. properties]), text);
        return text.ToString();
    }
}
