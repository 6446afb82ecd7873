using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Unit.Store;

public sealed class StoreKeyTests
{
    private static readonly Guid Job = new("01970000-0000-7000-8000-000000000001");
    private static readonly Guid Attempt = new("01970000-0000-7000-8000-000000000002");

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/jobs/a")]
    [InlineData("jobs/")]
    [InlineData("jobs//a")]
    [InlineData("..")]
    [InlineData("jobs/../a")]
    [InlineData("jobs/.a")]
    [InlineData("jobs/a b")]
    [InlineData("jobs/ä")]
    [InlineData("jobs\\a")]
    [InlineData("jobs/a\0")]
    [InlineData("jobs/a\n")]
    [InlineData("jobs/a|b")]
    [InlineData("C:/a")]
    [InlineData(null)]
    public void TryParse_RefusesWhatCouldLeadElsewhere(string? value) => Assert.False(StoreKey.TryParse(value, out _));

    [Fact]
    public void Keys_TellWhereTheyBelong()
    {
        var inbox = StoreKey.Inbox(Job, Attempt, "video.mp4");
        var published = StoreKey.Published(Job, "export-1", "video.mp4");

        Assert.Equal($"inbox/{Job}/{Attempt}/video.mp4", inbox.Value);
        Assert.Equal($"jobs/{Job}/export-1/video.mp4", published.Value);
        Assert.Equal((true, false, "video.mp4"), (inbox.IsInbox, inbox.IsPublished, inbox.Name));
        Assert.Equal((false, true, "video.mp4"), (published.IsInbox, published.IsPublished, published.Name));
    }

    [Fact]
    public void Name_IsTheKeyItself_WithoutFolders() => Assert.Equal("a.txt", StoreKey.Parse("a.txt").Name);
}
