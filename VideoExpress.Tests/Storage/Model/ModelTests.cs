using Xunit.Abstractions;

namespace VideoExpress.Tests.Storage.Model;

/// <summary>
/// Random operations on the storage and on a model of it: both must answer the same. A case that fails is shrunk and printed.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int RandomCases = 120;

    [Fact]
    public void TheStorage_AnswersAsItsModelDoes()
    {
        var first = System.Random.Shared.Next();
        output.WriteLine($"seeds from {first}");
        for (var count = 0; count < RandomCases; count++)
        {
            AssertHolds(first + count);
        }
    }

    [Theory]
    [MemberData(nameof(FoundCases))]
    public void TheStorage_AnswersAsItsModelDoes_WhereItOnceDidNot(string found)
    {
        using var world = new World();
        world.Run(Found.Cases[found]);
    }

    public static TheoryData<string> FoundCases => [.. Found.Cases.Keys];

    private static void AssertHolds(int seed)
    {
        var steps = Cases.Random(seed);
        if (FailureOf(steps) is null)
        {
            return;
        }

        var shrunk = Shrinking.Shrink(steps, some => FailureOf(some) is not null);
        Assert.Fail($"Seed {seed}, shrunk from {steps.Count} steps to:\n{string.Join('\n', shrunk)}\n{FailureOf(shrunk)}");
    }

    private static Exception? FailureOf(List<Step> steps)
    {
        using var world = new World();
        return Record.Exception(() => world.Run(steps));
    }
}
