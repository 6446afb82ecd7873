using System.Globalization;
using VideoExpress.Tests.Durability.Torture;
using Xunit.Abstractions;

namespace VideoExpress.Tests.Durability;

/// <summary>
/// A fixed part of the schedules that <c>bench/torture</c> runs by the thousand. With <c>VIDEOEXPRESS_SEED</c> set, that one instead.
/// </summary>
[Collection(nameof(Durability))]
public sealed class TortureTests(ITestOutputHelper output)
{
    private const string Variable = "VIDEOEXPRESS_SEED";

    /// <summary>What has failed once, and every chain, every step and every kind of crash; a whole round takes a quarter of an hour.</summary>
    public static TheoryData<int> Seeds => Environment.GetEnvironmentVariable(Variable) is { } seed
        ? new(int.Parse(seed, CultureInfo.InvariantCulture))
        : new([.. Schedules.Regressions.Select(schedule => schedule.Seed), .. Enumerable.Range(0, 24).Select(number => number * Schedules.Round / 24)]);

    public static TheoryData<int> MonkeySeeds => Environment.GetEnvironmentVariable(Variable) is { } seed
        ? new(int.Parse(seed, CultureInfo.InvariantCulture))
        : new(1, 2, 3);

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task KilledAtAFailpoint_NothingIsLost_NorPaidTwice(int seed) => HoldsAsync(Schedules.Of(seed));

    [Theory]
    [MemberData(nameof(MonkeySeeds))]
    public Task KilledAtRandom_WhileTheProviderMisbehaves_NothingIsLost_NorPaidTwice(int seed) => HoldsAsync(Schedules.Monkey(seed));

    private async Task HoldsAsync(Schedule schedule)
    {
        var outcome = await Trial.RunAsync(schedule);

        output.WriteLine($"{schedule}: died {outcome.Died} times, {outcome.Took.TotalSeconds:0.0} s");
        Assert.True(outcome.Violations.Count == 0, $"Replay it with {Variable}={schedule.Seed}.\n{outcome}");
    }
}
