using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Unit.Store;

public sealed class KeyFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LoadOrCreate_MakesAKeyOnce_ForItsOwnerOnly()
    {
        var key = KeyFile.LoadOrCreate(_folder.File("a.key"));

        Assert.Equal(KeyFile.Length, key.Length);
        Assert.Equal(key, KeyFile.LoadOrCreate(_folder.File("a.key")));
        Assert.NotEqual(key, KeyFile.LoadOrCreate(_folder.File("b.key")));
        Assert.Equal(["a.key", "b.key"], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName).Order());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("a.key")));
        }
    }

    [Fact]
    public void LoadOrCreate_StartsAnew_AfterACrashInMidWrite()
    {
        File.WriteAllBytes(_folder.File("a.key.new"), [1, 2, 3]);

        Assert.Equal(KeyFile.Length, KeyFile.LoadOrCreate(_folder.File("a.key")).Length);
    }

    [Fact]
    public void LoadOrCreate_NeverReplacesADamagedKey_BySilence()
    {
        File.WriteAllBytes(_folder.File("a.key"), [1, 2, 3]);

        var error = Assert.Throws<InvalidDataException>(() => KeyFile.LoadOrCreate(_folder.File("a.key")));

        Assert.Contains("a.key is damaged", error.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder.File("a.key")));
    }
}
