using VideoExpress.Jobs;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Tests.Unit;

public sealed class WorkFoldersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SweepRuns_RemovesWhatAKilledRunLeft_AndKeepsWhatIsDone()
    {
        var folders = new WorkFolders(_folder.Path);
        var film = folders.Get(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), "film");
        File.WriteAllText(Path.Combine(film, "video.mp4"), "whole");
        File.WriteAllText(WorkingFolder.Create(film).File("segment-0.mkv"), "half");

        Assert.Equal(1, folders.SweepRuns());

        Assert.Equal("video.mp4", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(film))));
    }

    [Fact]
    public void SweepRuns_IsContent_WithoutAFolder() => Assert.Equal(0, new WorkFolders(_folder.File("none")).SweepRuns());
}
