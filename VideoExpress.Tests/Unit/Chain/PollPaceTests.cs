using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Chain;

public sealed class PollPaceTests
{
    private static readonly RunPodSettings Settings = new() { PollInterval = TimeSpan.FromSeconds(2), MaxPollsPerSecond = 20 };

    [Theory]
    [InlineData(1, "generating", 2)]
    [InlineData(40, "generating", 2)]
    [InlineData(500, "generating", 25)]
    [InlineData(10_000, "generating", 500)]
    [InlineData(5, "in_gpu_queue", 2)]
    [InlineData(500, "in_gpu_queue", 50)]
    public void Interval_KeepsAllPollsTogetherUnderTheRate(int inFlight, string phase, double seconds) =>
        Assert.Equal(seconds, PollPace.Interval(Settings, inFlight, phase, TimeSpan.Zero).TotalSeconds);

    [Theory]
    [InlineData(19, "generating", 2)]
    [InlineData(21, "generating", 5)]
    [InlineData(601, "generating", 15)]
    [InlineData(0, "held", 15)]
    public void Interval_GrowsWithTheTimeThatItTakes(double age, string phase, double seconds)
    {
        Assert.Equal(seconds, PollPace.Interval(Settings, 1, phase, TimeSpan.FromSeconds(age)).TotalSeconds);
        Assert.Equal(25, PollPace.Interval(Settings, 500, phase, TimeSpan.FromSeconds(age)).TotalSeconds);
    }
}
