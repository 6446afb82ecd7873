using VideoExpress.Web.Gateway;

namespace VideoExpress.Tests.Integration.Gateway;

public sealed class GatewayKeysTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keys_AreMadeOnce_ForTheirOwnersEyesOnly()
    {
        var data = Path.Combine(_folder.Path, "data");
        var made = new GatewayKeys(new GatewaySettings(), data);
        var kept = new GatewayKeys(new GatewaySettings(), data);

        Assert.Equal((made.Client, made.Worker), (kept.Client, kept.Worker));
        Assert.NotEqual(made.Client, made.Worker);
        Assert.Equal(64, made.Client.Length);
        Assert.Equal(["gateway-client.key", "gateway-worker.key"], Directory.GetFiles(data).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(data), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode));
    }

    [Fact]
    public void Keys_OfTheSettingsAreUsed_AndNothingIsWritten()
    {
        var keys = new GatewayKeys(new GatewaySettings { ClientKey = "c", WorkerKey = " w " }, _folder.Path);

        Assert.Equal(("c", "w"), (keys.Client, keys.Worker));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }
}
