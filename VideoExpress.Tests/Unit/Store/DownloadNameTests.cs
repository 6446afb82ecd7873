using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Unit.Store;

public sealed class DownloadNameTests
{
    [Theory]
    [InlineData(null, "inline")]
    [InlineData("", "inline")]
    [InlineData("film.mp4", "attachment; filename=\"film.mp4\"; filename*=UTF-8''film.mp4")]
    [InlineData("a b.mp4", "attachment; filename=\"a b.mp4\"; filename*=UTF-8''a%20b.mp4")]
    [InlineData("日.mp4", "attachment; filename=\"_.mp4\"; filename*=UTF-8''%E6%97%A5.mp4")]
    [InlineData("a\"b%.mp4", "attachment; filename=\"a_b_.mp4\"; filename*=UTF-8''a%22b%25.mp4")]
    [InlineData("../a\\b\r\n.mp4", "attachment; filename=\".._a_b__.mp4\"; filename*=UTF-8''.._a_b__.mp4")]
    public void ContentDisposition_IsSafeInAHeader_AndKeepsTheLetters(string? name, string header) =>
        Assert.Equal(header, DownloadName.ContentDisposition(name));
}
