using VideoExpress.Web.Settings;

namespace VideoExpress.Tests.Unit.Settings;

public sealed class DataFolderTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("videoexpress-data-").FullName;

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void Folder_AndItsParts_AreMadeForTheirOwnerOnly()
    {
        var folder = DataFolder.Open(new HostSettings { Data = Path.Combine(_parent, "new", "data") });

        Assert.Equal(Path.Combine(folder.Root, "videoexpress.db"), folder.Database);
        Assert.All([folder.Root, folder.Work, folder.Store, folder.Logs, folder.Keys], path =>
        {
            Assert.True(Directory.Exists(path));
            Assert.True(OperatingSystem.IsWindows() || (int)File.GetUnixFileMode(path) == Convert.ToInt32("700", 8));
        });
    }

    [Fact]
    public void Database_MayLieElsewhere()
    {
        var path = Path.Combine(_parent, "elsewhere", "jobs.db");

        var folder = DataFolder.Open(new HostSettings { Data = Path.Combine(_parent, "data"), Database = path });

        Assert.Equal(path, folder.Database);
        Assert.True(Directory.Exists(Path.GetDirectoryName(path)));
    }
}
