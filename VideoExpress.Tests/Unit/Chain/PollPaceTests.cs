using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Chain;

public sealed class PollPaceTests
{
    private static readonly RunPodSettings Settings = new() { PollInterval = TimeSpan.FromSeconds(2), MaxPollsPerSecond = 20 };

    [Theory]
    [InlineData(1, false, 2)]
    [InlineData(40, false, 2)]
    [InlineData(500, false, 25)]
    [InlineData(10_000, false, 500)]
    [InlineData(5, true, 2)]
    [InlineData(500, true, 50)]
    public void Interval_KeepsAllPollsTogetherUnderTheRate(int inFlight, bool queued, double seconds) =>
        Assert.Equal(seconds, PollPace.Interval(Settings, inFlight, queued).TotalSeconds);
}
