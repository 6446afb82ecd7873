namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteHashAndCounterTests : HashAndCounterConformance<SQLiteUnderTest>;

public sealed class InMemoryHashAndCounterTests : HashAndCounterConformance<InMemoryUnderTest>;

public abstract class HashAndCounterConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    [Fact]
    public void GetAllEntriesFromHash_IsNull_WhenItIsMissing()
    {
        Assert.Null(Connection.GetAllEntriesFromHash("missing"));
        Assert.Null(Connection.GetValueFromHash("missing", "field"));
        Assert.Equal(0, Connection.GetHashCount("missing"));
        Assert.True(Connection.GetHashTtl("missing") < TimeSpan.Zero);
    }

    [Fact]
    public void SetRangeInHash_AddsAndReplaces_AndKeepsNull()
    {
        Connection.SetRangeInHash("hash", [KeyValuePair.Create("a", "1"), KeyValuePair.Create("b", (string)null!)]);
        Commit(transaction => transaction.SetRangeInHash("hash", [KeyValuePair.Create("a", "2"), KeyValuePair.Create("c", "3")]));

        var entries = Connection.GetAllEntriesFromHash("hash")!;
        Assert.Equal(3, entries.Count);
        Assert.Equal("2", entries["a"]);
        Assert.Null(entries["b"]);
        Assert.Equal("3", Connection.GetValueFromHash("hash", "c"));
        Assert.Equal(3, Connection.GetHashCount("hash"));
    }

    [Fact]
    public void SetRangeInHash_WithNothing_MakesNoHash()
    {
        Connection.SetRangeInHash("hash", []);
        Commit(transaction => transaction.SetRangeInHash("hash", []));

        Assert.Null(Connection.GetAllEntriesFromHash("hash"));
    }

    [Fact]
    public void RemoveHash_RemovesAllOfIt()
    {
        Connection.SetRangeInHash("hash", [KeyValuePair.Create("a", "1")]);
        Commit(transaction => transaction.RemoveHash("hash"));

        Assert.Null(Connection.GetAllEntriesFromHash("hash"));
    }

    [Fact]
    public void GetHashTtl_IsNegative_UnlessTheHashExpires()
    {
        Connection.SetRangeInHash("hash", [KeyValuePair.Create("a", "1")]);
        Commit(transaction => transaction.ExpireHash("hash", TimeSpan.FromHours(1)));
        Connection.SetRangeInHash("hash", [KeyValuePair.Create("b", "1")]);
        Assert.InRange(Connection.GetHashTtl("hash"), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));

        Commit(transaction => transaction.PersistHash("hash"));
        Assert.True(Connection.GetHashTtl("hash") < TimeSpan.Zero);
    }

    [Fact]
    public void Hashes_RefuseNull()
    {
        Assert.Throws<ArgumentNullException>(() => Connection.SetRangeInHash(null!, []));
        Assert.Throws<ArgumentNullException>(() => Connection.SetRangeInHash("hash", null!));
        Assert.Throws<ArgumentNullException>(() => Connection.GetAllEntriesFromHash(null!));
        Assert.Throws<ArgumentNullException>(() => Connection.GetValueFromHash("hash", null!));
    }

    [Fact]
    public void Counters_AddUp()
    {
        Assert.Equal(0, Connection.GetCounter("counter"));

        Commit(transaction =>
        {
            transaction.IncrementCounter("counter");
            transaction.IncrementCounter("counter", TimeSpan.FromHours(1));
            transaction.IncrementCounter("counter");
            transaction.DecrementCounter("counter");
        });
        Assert.Equal(2, Connection.GetCounter("counter"));

        Commit(transaction => transaction.DecrementCounter("counter", TimeSpan.FromHours(1)));
        Commit(transaction => transaction.DecrementCounter("counter"));
        Assert.Equal(0, Connection.GetCounter("counter"));
    }

    [Fact]
    public void Counters_GoBelowZero()
    {
        Commit(transaction => transaction.DecrementCounter("counter"));

        Assert.Equal(-1, Connection.GetCounter("counter"));
    }

    [Fact]
    public async Task Counters_LoseNothing_WhenMany_CountAtOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var connection = Open();
            for (var i = 0; i < 25; i++)
            {
                using var transaction = connection.CreateWriteTransaction();
                transaction.IncrementCounter("counter");
                transaction.Commit();
            }
        })));

        Assert.Equal(100, Connection.GetCounter("counter"));
    }
}
