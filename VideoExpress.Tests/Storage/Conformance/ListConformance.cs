namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteListTests : ListConformance<SQLiteUnderTest>;

public sealed class InMemoryListTests : ListConformance<InMemoryUnderTest>;

/// <summary>Lists: newest first.</summary>
public abstract class ListConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    [Fact]
    public void InsertToList_PutsTheNewestFirst()
    {
        Insert("1", "2", "3");

        Assert.Equal(["3", "2", "1"], Connection.GetAllItemsFromList("list"));
        Assert.Equal(3, Connection.GetListCount("list"));
        Assert.Empty(Connection.GetAllItemsFromList("missing"));
    }

    [Fact]
    public void GetRangeFromList_IncludesBothIndices()
    {
        Insert("1", "2", "3", "4");

        Assert.Equal(["3", "2"], Connection.GetRangeFromList("list", 1, 2));
        Assert.Equal(["1"], Connection.GetRangeFromList("list", 3, 9));
        Assert.Throws<ArgumentException>(() => Connection.GetRangeFromList("list", 2, 1));
    }

    [Fact]
    public void RemoveFromList_RemovesAllEqualValues()
    {
        Insert("a", "b", "a");
        Commit(transaction => transaction.RemoveFromList("list", "a"));

        Assert.Equal(["b"], Connection.GetAllItemsFromList("list"));
    }

    [Theory]
    [InlineData(0, 1, "4,3")]
    [InlineData(1, 2, "3,2")]
    [InlineData(0, 99, "4,3,2,1")]
    [InlineData(3, 3, "1")]
    [InlineData(4, 9, "")]
    [InlineData(2, 1, "")]
    public void TrimList_KeepsARange_CountedFromTheNewest(int from, int to, string expected)
    {
        Insert("1", "2", "3", "4");
        Commit(transaction => transaction.TrimList("list", from, to));

        Assert.Equal(expected, string.Join(',', Connection.GetAllItemsFromList("list")));
    }

    [Fact]
    public void GetListTtl_IsNegative_UnlessTheListExpires()
    {
        Assert.True(Connection.GetListTtl("missing") < TimeSpan.Zero);
        Insert("a");
        Commit(transaction => transaction.ExpireList("list", TimeSpan.FromHours(1)));
        Insert("b");
        Assert.InRange(Connection.GetListTtl("list"), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));

        Commit(transaction => transaction.PersistList("list"));
        Assert.True(Connection.GetListTtl("list") < TimeSpan.Zero);
    }

    private void Insert(params string[] values) => Commit(transaction =>
    {
        foreach (var value in values)
        {
            transaction.InsertToList("list", value);
        }
    });
}
