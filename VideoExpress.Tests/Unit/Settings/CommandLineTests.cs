using VideoExpress.Web.Settings;

namespace VideoExpress.Tests.Unit.Settings;

public sealed class CommandLineTests
{
    private readonly List<string> _faults = [];

    [Theory]
    [InlineData("--Section:Key", "value")]
    [InlineData("--Section:Key=value")]
    [InlineData("--section:key", "value")]
    [InlineData("--Section:Key", "old", "--Section:Key", "value")]
    public void Option_HasItsValue_AfterASpaceOrAnEqualsSign(params string[] arguments)
    {
        Assert.Equal("value", CommandLine.Parse(arguments, _faults)["Section:Key"]);
        Assert.Empty(_faults);
    }

    [Theory]
    [InlineData("--urls has no value", "--urls")]
    [InlineData("--urls has no value", "--urls", "--data", "x")]
    [InlineData("argument 1 is not an option", "start")]
    [InlineData("argument 3 is not an option", "--urls", "x", "-v")]
    [InlineData("argument 1 is not an option", "--")]
    public void AnythingElse_IsNamed(string sentence, params string[] arguments)
    {
        CommandLine.Parse(arguments, _faults);

        Assert.Contains(sentence, Assert.Single(_faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Value_MayContainAnEqualsSign()
    {
        Assert.Equal("a=b", CommandLine.Parse(["--Key=a=b"], _faults)["Key"]);
    }
}
