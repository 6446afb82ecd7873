using VideoExpress.Web.Settings;

namespace VideoExpress.Tests.Unit.Settings;

public sealed class DotEnvFileTests
{
    [Theory]
    [InlineData("KEY=value", "value")]
    [InlineData("  KEY =  value  ", "value")]
    [InlineData("export KEY=value", "value")]
    [InlineData("KEY=value\r\nOTHER=x\r\n", "value")]
    [InlineData("\uFEFFKEY=value", "value")]
    [InlineData("KEY=", "")]
    [InlineData("KEY= # nothing", "")]
    [InlineData("KEY=value # why", "value")]
    [InlineData("KEY=a#b", "a#b")]
    [InlineData("KEY=#b", "#b")]
    [InlineData("KEY=a=b", "a=b")]
    [InlineData("KEY='a # b' # why", "a # b")]
    [InlineData("KEY='a\\nb'", "a\\nb")]
    [InlineData("KEY=\"a # b\"", "a # b")]
    [InlineData("KEY=\"a\\nb\\t\\\"c\\\" \\\\ \\$d\"", "a\nb\t\"c\" \\ $d")]
    [InlineData("KEY=\"C:\\dir\"", "C:\\dir")]
    [InlineData("KEY=$HOME", "$HOME")]
    [InlineData("KEY=first\nKEY=second", "second")]
    [InlineData("# KEY=no\n\n   # nor this\nKEY=yes", "yes")]
    public void Line_IsReadAsAShellWould(string text, string value)
    {
        var faults = new List<string>();

        Assert.Equal(value, DotEnvFile.Parse(text, faults)["KEY"]);
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("A=1\nKEY", 2)]
    [InlineData("KEY='open", 1)]
    [InlineData("KEY=\"open\\\"", 1)]
    [InlineData("KEY='a' b", 1)]
    [InlineData("1KEY=a", 1)]
    [InlineData("=a", 1)]
    public void UnreadableLine_IsNamedByItsNumber(string text, int line)
    {
        var faults = new List<string>();

        DotEnvFile.Parse(text, faults);

        Assert.StartsWith($".env: line {line} ", Assert.Single(faults), StringComparison.Ordinal);
    }
}
