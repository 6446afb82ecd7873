namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteSetTests : SetConformance<SQLiteUnderTest>;

public sealed class InMemorySetTests : SetConformance<InMemoryUnderTest>;

/// <summary>Sets: values without doubles, ordered by score.</summary>
public abstract class SetConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    [Fact]
    public void AddToSet_KeepsOneOfEachValue_AndTheLastScore()
    {
        Add(("b", 1), ("a", 2), ("b", 3));

        Assert.Equal(2, Connection.GetSetCount("set"));
        Assert.Equal(["a", "b"], Connection.GetRangeFromSet("set", 0, 9));
    }

    [Fact]
    public void AddToSet_TakesZero_WhenNoScoreIsGiven()
    {
        Commit(transaction => transaction.AddToSet("set", "item"));

        Assert.Equal("item", Connection.GetFirstByLowestScoreFromSet("set", 0, 0));
    }

    [Fact]
    public void Sets_DoNotShareValues()
    {
        Add(("item", 1));
        Commit(transaction => transaction.AddToSet("other", "item", 5));

        Commit(transaction => transaction.RemoveFromSet("set", "item"));

        Assert.Empty(Connection.GetAllItemsFromSet("set"));
        Assert.Equal(["item"], Connection.GetAllItemsFromSet("other"));
    }

    [Fact]
    public void Values_DifferByCase()
    {
        Add(("item", 1), ("ITEM", 2));

        Assert.Equal(2, Connection.GetSetCount("set"));
        Assert.False(Connection.GetSetContains("set", "Item"));
    }

    [Fact]
    public void GetFirstByLowestScore_IncludesBothEnds_AndKeepsFractionsAndSigns()
    {
        Add(("disabled", -1), ("half", 0.5), ("one", 1), ("big", 1e9 + 0.25), ("bigger", 1e9 + 0.5));

        Assert.Equal("half", Connection.GetFirstByLowestScoreFromSet("set", 0, 10));
        Assert.Equal("disabled", Connection.GetFirstByLowestScoreFromSet("set", -1, -1));
        Assert.Equal(["half"], Connection.GetFirstByLowestScoreFromSet("set", 0.5, 0.75, 10));
        Assert.Equal(["big"], Connection.GetFirstByLowestScoreFromSet("set", 1e9, 1e9 + 0.25, 10));
        Assert.Equal(["half", "one", "big"], Connection.GetFirstByLowestScoreFromSet("set", 0, double.MaxValue, 3));
        Assert.Null(Connection.GetFirstByLowestScoreFromSet("set", 2, 3));
        Assert.Empty(Connection.GetFirstByLowestScoreFromSet("missing", 0, 1, 5));
    }

    [Fact]
    public void GetFirstByLowestScore_ReturnsEveryValueOfOneScore()
    {
        Add(("a", 7), ("b", 7), ("c", 7));

        Assert.Equal(["a", "b", "c"], Connection.GetFirstByLowestScoreFromSet("set", 7, 7, 10));
    }

    [Fact]
    public void GetFirstByLowestScore_RefusesAWrongRange()
    {
        Assert.Throws<ArgumentException>(() => Connection.GetFirstByLowestScoreFromSet("set", 1, 0));
        Assert.Throws<ArgumentException>(() => Connection.GetFirstByLowestScoreFromSet("set", 1, 0, 1));
        Assert.Throws<ArgumentException>(() => Connection.GetFirstByLowestScoreFromSet("set", 0, 1, 0));
        // How Hangfire finds out whether batches are known.
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => Connection.GetFirstByLowestScoreFromSet(null, 0, 0, 1)).ParamName);
    }

    [Fact]
    public void GetRangeFromSet_GoesByScore_WithBothIndicesIncluded()
    {
        Add(("d", 4), ("a", 1), ("c", 3), ("b", 2));

        Assert.Equal(["b", "c"], Connection.GetRangeFromSet("set", 1, 2));
        Assert.Equal(["d"], Connection.GetRangeFromSet("set", 3, 100));
        Assert.Equal(4, Connection.GetRangeFromSet("set", 0, int.MaxValue).Count);
        Assert.Empty(Connection.GetRangeFromSet("set", 10, 20));
    }

    [Fact]
    public void AddRangeToSet_AddsAll_AndRefusesNull()
    {
        Commit(transaction => transaction.AddRangeToSet("set", ["a", "b"]));
        Commit(transaction => transaction.AddRangeToSet("set", []));

        Assert.Equal(["a", "b"], Connection.GetAllItemsFromSet("set"));
        using var refused = Begin();
        Assert.Throws<ArgumentException>(() => refused.AddRangeToSet("set", ["a", null!]));
        Assert.Throws<ArgumentNullException>(() => refused.AddRangeToSet("set", null!));
    }

    [Fact]
    public void RemoveSet_RemovesAllOfIt()
    {
        Add(("a", 1), ("b", 2));
        Commit(transaction => transaction.RemoveSet("set"));

        Assert.Empty(Connection.GetAllItemsFromSet("set"));
        Assert.Equal(0, Connection.GetSetCount("set"));
    }

    [Fact]
    public void GetSetCount_OfSeveral_StopsAtTheLimit()
    {
        Add(("a", 1), ("b", 2));
        Commit(transaction => transaction.AddToSet("other", "c"));

        Assert.Equal(3, Connection.GetSetCount(["set", "other", "missing"], 10));
        Assert.Equal(2, Connection.GetSetCount(["set", "other"], 2));
        Assert.Equal(0, Connection.GetSetCount(["set"], 0));
    }

    [Fact]
    public void GetSetTtl_IsNegative_UnlessTheSetExpires()
    {
        Assert.True(Connection.GetSetTtl("missing") < TimeSpan.Zero);
        Add(("a", 1));
        Assert.True(Connection.GetSetTtl("set") < TimeSpan.Zero);

        Commit(transaction => transaction.ExpireSet("set", TimeSpan.FromHours(1)));
        Assert.InRange(Connection.GetSetTtl("set"), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));

        Commit(transaction => transaction.PersistSet("set"));
        Assert.True(Connection.GetSetTtl("set") < TimeSpan.Zero);
    }

    [Fact]
    public void ANewItem_ExpiresWithItsSet()
    {
        Add(("a", 1));
        Commit(transaction => transaction.ExpireSet("set", TimeSpan.FromHours(1)));
        Add(("b", 2));
        Commit(transaction => transaction.RemoveFromSet("set", "a"));

        Assert.InRange(Connection.GetSetTtl("set"), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public void ASetThatWasEmptied_StartsAnew()
    {
        Add(("a", 1));
        Commit(transaction => transaction.ExpireSet("set", TimeSpan.FromHours(1)));
        Commit(transaction => transaction.RemoveFromSet("set", "a"));
        Add(("b", 1));

        Assert.True(Connection.GetSetTtl("set") < TimeSpan.Zero);
    }

    [Fact]
    public void Members_RefuseNull()
    {
        Assert.Throws<ArgumentNullException>(() => Connection.GetAllItemsFromSet(null!));
        Assert.Throws<ArgumentNullException>(() => Connection.GetSetContains("set", null!));
        Assert.Throws<ArgumentNullException>(() => Connection.GetSetCount(null!));
        Assert.Throws<ArgumentNullException>(() => Connection.GetSetTtl(null!));
        using var transaction = Begin();
        Assert.Throws<ArgumentNullException>(() => transaction.AddToSet(null!, "item"));
        Assert.Throws<ArgumentNullException>(() => transaction.AddToSet("set", null!));
        Assert.Throws<ArgumentNullException>(() => transaction.RemoveFromSet("set", null!));
        Assert.Throws<ArgumentNullException>(() => transaction.RemoveSet(null!));
        Assert.Throws<ArgumentNullException>(() => transaction.ExpireSet(null!, TimeSpan.Zero));
    }

    private void Add(params (string Value, double Score)[] items) => Commit(transaction =>
    {
        foreach (var (value, score) in items)
        {
            transaction.AddToSet("set", value, score);
        }
    });
}
