namespace VideoExpress.Tests.Integration.Store;

/// <summary>The one S3 server of a test run; tests that share it run one after the other, and start without faults.</summary>
public sealed class S3ServerFixture : IAsyncLifetime
{
    internal S3Server Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await S3Server.InstallAsync();
        Server = await S3Server.StartAsync();
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class S3Tests : ICollectionFixture<S3ServerFixture>
{
    public const string Name = "S3";
}
