using VideoExpress.Jobs.Media;

namespace VideoExpress.Tests.Unit.Media;

public sealed class FrameRateTests
{
    [Theory]
    [InlineData("30000/1001", 30_000, 1001)]
    [InlineData("50/2", 25, 1)]
    public void Parse_ReadsAndReduces(string text, int numerator, int denominator) =>
        Assert.Equal(new FrameRate(numerator, denominator), FrameRate.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0/0")]
    [InlineData("30")]
    [InlineData("-30/1")]
    [InlineData("30/0")]
    [InlineData("99999999999/1")]
    public void Parse_GivesNull_WhenItIsNoRate(string? text) => Assert.Null(FrameRate.Parse(text));

    [Theory]
    [InlineData(30, 1, 5_000_000, 150)]
    [InlineData(30, 1, 16_666, 0)]
    [InlineData(30, 1, 16_667, 1)]
    [InlineData(30_000, 1001, 5_005_000, 150)]
    [InlineData(24_000, 1001, 3_003_000, 72)]
    [InlineData(24, 1, 7_200_000_000, 172_800)]
    public void FrameAt_RoundsToTheNearestBoundary(int numerator, int denominator, long micros, long frame) =>
        Assert.Equal(frame, new FrameRate(numerator, denominator).FrameAt(micros));

    [Theory]
    [InlineData(30, 1, 255, 408_000)]
    [InlineData(30_000, 1001, 1, 1602)] // 1601.6
    [InlineData(30_000, 1001, 5, 8008)]
    public void SampleAt_RoundsOnce_FromTheAbsoluteFrame(int numerator, int denominator, long frame, long sample) =>
        Assert.Equal(sample, new FrameRate(numerator, denominator).SampleAt(frame));

    [Fact]
    public void MicrosAt_AndFrameAt_AreInverse_ForTwoHoursOfEveryUsualRate()
    {
        foreach (var rate in (FrameRate[])[new(24_000, 1001), new(25, 1), new(30_000, 1001), new(60_000, 1001), new(60, 1), new(16, 1)])
        {
            for (var frame = 0L; frame < 2 * 3600 * 60; frame += 997)
            {
                Assert.Equal(frame, rate.FrameAt(rate.MicrosAt(frame)));
            }
        }
    }
}
