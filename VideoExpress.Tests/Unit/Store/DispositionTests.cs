using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Unit.Store;

public sealed class DispositionTests
{
    [Theory]
    [InlineData("", "attachment")]
    [InlineData("film.mp4", "attachment; filename=\"film.mp4\"; filename*=UTF-8''film.mp4")]
    [InlineData("a b.mp4", "attachment; filename=\"a b.mp4\"; filename*=UTF-8''a%20b.mp4")]
    [InlineData("日.mp4", "attachment; filename=\"_.mp4\"; filename*=UTF-8''%E6%97%A5.mp4")]
    [InlineData("a\"b%.mp4", "attachment; filename=\"a_b_.mp4\"; filename*=UTF-8''a%22b%25.mp4")]
    [InlineData("../a\\b\r\n.mp4", "attachment; filename=\".._a_b__.mp4\"; filename*=UTF-8''.._a_b__.mp4")]
    public void ToString_IsSafeInAHeader_AndKeepsTheLetters(string name, string header)
    {
        Assert.Equal(header, Disposition.Attachment(name).ToString());
        Assert.Equal(header.Replace("attachment", "inline", StringComparison.Ordinal), Disposition.Inline(name).ToString());
    }

    [Fact]
    public void InPlace_HasNoName() => Assert.Equal("inline", Disposition.InPlace.ToString());
}
