using VideoExpress.Jobs.Assets;

namespace VideoExpress.Tests.Unit.Assets;

public sealed class AssetNameTests
{
    [Theory]
    [InlineData("film.mp4", "film.mp4")]
    [InlineData("  film.mp4 ", "film.mp4")]
    [InlineData("Größe 🎬 ワン.mp4", "Größe 🎬 ワン.mp4")]
    [InlineData("e\u0301te\u0301.mp4", "été.mp4")]
    [InlineData("👩‍🚀.png", "👩‍🚀.png")]
    [InlineData("../../../etc/passwd", "passwd")]
    [InlineData("C:\\Users\\me\\a.mp4", "a.mp4")]
    [InlineData("folder/", "folder")]
    [InlineData("a/..", "a")]
    [InlineData("a\u0000b\r\nc\u007F\u0085\u2028d", "abcd")]
    [InlineData("\u202Egpj.exe\u200E\uFEFF", "gpj.exe")]
    [InlineData(".\u0000.", null)]
    [InlineData("..", null)]
    [InlineData("/", null)]
    [InlineData("\u200E", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Clean_KeepsWhatCanBeShown_OfTheLastPart(string? given, string? shown) => Assert.Equal(shown, AssetName.Clean(given));

    [Theory]
    [InlineData(0xFFFE)]
    [InlineData(0xFFFF)]
    [InlineData(0xFDD0)]
    [InlineData(0x1FFFE)]
    public void Clean_PassesOverNoncharacters(int value) => Assert.Equal("ab", AssetName.Clean($"a{char.ConvertFromUtf32(value)}b"));

    [Fact]
    public void Clean_PassesOverHalfOfASurrogatePair() => Assert.Equal("ab", AssetName.Clean("a\ud83cb"));

    [Fact]
    public void Clean_CutsLongNames_BetweenWhatIsSeenAsOneCharacter()
    {
        Assert.Equal(new string('x', 255), AssetName.Clean(new string('x', 256)));
        Assert.Equal(new string('x', 254), AssetName.Clean(new string('x', 254) + "🎬"));
        Assert.Equal(new string('x', 251), AssetName.Clean(new string('x', 251) + "👩‍🚀 and more"));
    }

    [Theory]
    [InlineData("film.mp4", "film.mp4")]
    [InlineData("film", "film.mp4")]
    [InlineData("film.MOV", "film.MOV")]
    [InlineData("Vol. 2", "Vol. 2.mp4")]
    [InlineData("What?.", "What?..mp4")]
    public void ForSaving_AddsTheExtension_ToANameWithoutOne(string name, string saved) => Assert.Equal(saved, AssetName.ForSaving(name, "mp4"));
}
