using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.Folder;

namespace VideoExpress.Tests.Unit.Store;

public sealed class DiskErrorsTests
{
    public static TheoryData<Exception, string, bool> Failures => new()
    {
        { new IOException("/secret/path", 28), "is full", true },
        { new IOException("/secret/path", 122), "is full", true },
        { new IOException("/secret/path", 5), "failed to read or write", true },
        { new UnauthorizedAccessException("/secret/path"), "mend the owner and the rights", false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Explained_TellsWhatToMend_AndNoPath(Exception failure, string words, bool canHeal)
    {
        var error = Assert.Throws<StoreException>(() => DiskErrors.Explained<bool>(() => throw failure));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("path", error.Message, StringComparison.Ordinal);
        Assert.Equal(canHeal, error.CanHeal);
        Assert.Same(failure, error.InnerException);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void Explained_NamesThePlaceThatItIsTold(Exception failure, string words, bool canHeal)
    {
        var error = Assert.Throws<StoreException>(() => DiskErrors.Explained<bool>(() => throw failure, "the backup"));

        Assert.Contains("the backup", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(canHeal, error.CanHeal);
    }
}
