using Hangfire.Storage;

namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteLockTests : LockConformance<SQLiteUnderTest>;

public sealed class InMemoryLockTests : LockConformance<InMemoryUnderTest>;

/// <summary>Distributed locks: exclusive between connections, re-entrant within one.</summary>
public abstract class LockConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public void ASecondConnection_TimesOut_AndIsToldWhichResource()
    {
        using var held = Connection.AcquireDistributedLock("resource", TimeSpan.Zero);
        using var other = Open();

        var refused = Assert.Throws<DistributedLockTimeoutException>(() => other.AcquireDistributedLock("resource", Short));
        Assert.Equal("resource", refused.Resource);
        Assert.Throws<DistributedLockTimeoutException>(() => other.AcquireDistributedLock("resource", TimeSpan.Zero));
        other.AcquireDistributedLock("other", TimeSpan.Zero).Dispose();
    }

    [Fact]
    public void OneConnection_MayTakeItAgain_AndHasItUntilTheLastRelease()
    {
        using var other = Open();
        var outer = Connection.AcquireDistributedLock("resource", TimeSpan.Zero);
        Connection.AcquireDistributedLock("resource", TimeSpan.Zero).Dispose();
        Assert.Throws<DistributedLockTimeoutException>(() => other.AcquireDistributedLock("resource", TimeSpan.Zero));

        outer.Dispose();
        other.AcquireDistributedLock("resource", TimeSpan.Zero).Dispose();
    }

    [Fact]
    public async Task Reentrance_GoesByConnection_NotByThread()
    {
        using var held = Connection.AcquireDistributedLock("resource", TimeSpan.Zero);

        await OwnThread.Run(() => Connection.AcquireDistributedLock("resource", TimeSpan.Zero).Dispose());
        using var other = Open();
        Assert.Throws<DistributedLockTimeoutException>(() => other.AcquireDistributedLock("resource", TimeSpan.Zero));
    }

    [Fact]
    public void ALock_IsReleasedOnce_HoweverOftenItIsDisposedOf()
    {
        using var other = Open();
        var first = Connection.AcquireDistributedLock("resource", TimeSpan.Zero);
        first.Dispose();
        using var second = other.AcquireDistributedLock("resource", TimeSpan.Zero);

        first.Dispose();

        Assert.Throws<DistributedLockTimeoutException>(() => Connection.AcquireDistributedLock("resource", TimeSpan.Zero));
    }

    [Fact]
    public void TheEndOfTheConnection_ReleasesItsLocks()
    {
        var other = Open();
        other.AcquireDistributedLock("one", TimeSpan.Zero);
        other.AcquireDistributedLock("two", TimeSpan.Zero);
        other.Dispose();

        Connection.AcquireDistributedLock("one", TimeSpan.Zero).Dispose();
        Connection.AcquireDistributedLock("two", TimeSpan.Zero).Dispose();
    }

    [Fact]
    public async Task AWaitingConnection_GetsIt_WhenItIsReleased()
    {
        using var other = Open();
        var held = Connection.AcquireDistributedLock("resource", TimeSpan.Zero);
        var waiting = OwnThread.Run(() => other.AcquireDistributedLock("resource", Long));

        held.Dispose();

        (await waiting).Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ALockOfATransaction_IsReleasedWithIt(bool commit)
    {
        using var other = Open();
        var transaction = Begin();
        transaction.AcquireDistributedLock("resource", TimeSpan.Zero);
        Connection.AcquireDistributedLock("resource", TimeSpan.Zero).Dispose();
        Assert.Throws<DistributedLockTimeoutException>(() => other.AcquireDistributedLock("resource", TimeSpan.Zero));

        if (commit)
        {
            transaction.Commit();
        }
        else
        {
            transaction.Dispose();
        }

        other.AcquireDistributedLock("resource", TimeSpan.Zero).Dispose();
        transaction.Dispose();
    }

    [Fact]
    public async Task ALockOfATransaction_IsReleasedAfterTheCommit_NotBefore()
    {
        for (var round = 1; round <= 30; round++)
        {
            using var transaction = Begin();
            transaction.AcquireDistributedLock("resource", TimeSpan.Zero);
            transaction.IncrementCounter("counter");
            var waiting = OwnThread.Run(() =>
            {
                using var other = Open();
                using var held = other.AcquireDistributedLock("resource", Long);
                return other.GetCounter("counter");
            });

            transaction.Commit();

            Assert.Equal(round, await waiting);
        }
    }

    [Fact]
    public async Task OnlyOneAtATime_IsInside()
    {
        var (inside, most, times) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OwnThread.Run(() =>
        {
            using var connection = Open();
            for (var i = 0; i < 50; i++)
            {
                using var held = connection.AcquireDistributedLock("resource", Long);
                most = Math.Max(most, Interlocked.Increment(ref inside));
                times++;
                Interlocked.Decrement(ref inside);
            }
        })));

        Assert.Equal(1, most);
        Assert.Equal(400, times);
    }

    [Fact]
    public void AMissingResource_IsRefused() =>
        Assert.ThrowsAny<ArgumentException>(() => Connection.AcquireDistributedLock(null, TimeSpan.Zero));
}
