using VideoExpress.Jobs.Types;

namespace VideoExpress.Tests.Unit.Types;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("prompt", "prompt", 0)]
    [InlineData("Prompt", "pROMPT", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("promt", "prompt", 1)]
    [InlineData("prommpt", "prompt", 1)]
    [InlineData("prompd", "prompt", 1)]
    [InlineData("rpompt", "prompt", 1)]
    [InlineData("duration", "resolution", 6)]
    public void Distance_CountsEdits(string left, string right, int edits)
    {
        Assert.Equal(edits, NearestName.Distance(left, right));
        Assert.Equal(edits, NearestName.Distance(right, left));
    }

    [Fact]
    public void Nearest_HasTheFewestEdits() => Assert.Equal("seed", NearestName.Of("sede", ["prompt", "seed", "speed"]));

    [Fact]
    public void Nearest_IsNull_WhenNothingIsKnown() => Assert.Null(NearestName.Of("x", []));
}
