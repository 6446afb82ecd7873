using Hangfire.Server;
using Hangfire.Storage;

namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteServerTests : ServerConformance<SQLiteUnderTest>;

public sealed class InMemoryServerTests : ServerConformance<InMemoryUnderTest>;

public abstract class ServerConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    [Fact]
    public void AnnounceServer_ListsIt()
    {
        Announce("server", 4, "default", "critical");

        var server = Assert.Single(Monitor.Servers());
        Assert.Equal("server", server.Name);
        Assert.Equal(4, server.WorkersCount);
        Assert.Equal(["default", "critical"], server.Queues);
        Assert.InRange(server.StartedAt, Now().AddSeconds(-2), Now().AddSeconds(2));
        Assert.InRange(server.Heartbeat!.Value, Now().AddSeconds(-2), Now().AddSeconds(2));
        Assert.Equal(1, Monitor.GetStatistics().Servers);
    }

    [Fact]
    public void AnnounceServer_Twice_IsOneServer()
    {
        Announce("server", 4, "default");
        Announce("server", 4, "default");

        Assert.Single(Monitor.Servers());
    }

    [Fact]
    public void Heartbeat_TellsAServer_ThatItIsGone()
    {
        Announce("server", 1, "default");
        Connection.Heartbeat("server");
        Connection.RemoveServer("server");

        Assert.Throws<BackgroundServerGoneException>(() => Connection.Heartbeat("server"));
        Assert.Empty(Monitor.Servers());
    }

    [Fact]
    public void RemoveServer_OfAnUnknownOne_DoesNothing() => Connection.RemoveServer("nobody");

    [Fact]
    public void RemoveTimedOutServers_LeavesTheLivingOnes()
    {
        Announce("server", 1, "default");

        Assert.Equal(0, Connection.RemoveTimedOutServers(TimeSpan.FromMinutes(5)));
        Assert.Single(Monitor.Servers());
        Assert.Throws<ArgumentException>(() => Connection.RemoveTimedOutServers(TimeSpan.FromMinutes(-5)));
    }

    [Fact]
    public void Servers_RefuseNull()
    {
        Assert.Throws<ArgumentNullException>(() => Connection.AnnounceServer(null, new ServerContext()));
        Assert.Throws<ArgumentNullException>(() => Connection.AnnounceServer("server", null));
        Assert.Throws<ArgumentNullException>(() => Connection.RemoveServer(null));
        Assert.Throws<ArgumentNullException>(() => Connection.Heartbeat(null));
    }

    private void Announce(string id, int workers, params string[] queues) =>
        Connection.AnnounceServer(id, new ServerContext { WorkerCount = workers, Queues = queues });
}
