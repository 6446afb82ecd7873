using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Tests.Unit.Timeline;

public sealed class FormatChoiceTests
{
    [Theory]
    [InlineData("1280x720", 1280, 720)]
    [InlineData("1280x720 1920x1080", 1920, 1080)] // the same shape: the larger
    [InlineData("1280x720 1080x1920", 1280, 720)] // another shape does not turn the film
    [InlineData("720x1280 1920x1080", 720, 1280)]
    [InlineData("7680x4320", 3840, 2160)]
    [InlineData("161x91", 160, 90)]
    public void Size_HasTheShapeOfTheFirstClip_AndTheSizeOfTheLargestOfThatShape(string clips, int width, int height) =>
        Assert.Equal((width, height), FormatChoice.Size([.. clips.Split(' ').Select(Sized)]));

    [Theory]
    [InlineData("16/1 16/1", 16, 1)] // all agree: exactly that
    [InlineData("30000/1001", 30_000, 1001)]
    [InlineData("19001/317", 60_000, 1001)] // how some cameras write 59.94
    [InlineData("24/1 30000/1001", 30_000, 1001)] // else the fastest
    [InlineData("24/1 60/1", 60, 1)]
    [InlineData("16/1 18/1", 24, 1)] // snapped where it is unusual
    [InlineData("25/1 120/1", 60, 1)]
    [InlineData("5/1", 24, 1)]
    [InlineData("298/10~", 30, 1)] // uneven, as from a telephone
    [InlineData("0/0", 30, 1)]
    public void Rate_IsThatOfTheFastestClip_Snapped(string clips, int numerator, int denominator) =>
        Assert.Equal(new FrameRate(numerator, denominator), FormatChoice.Rate([.. clips.Split(' ').Select(Rated)]));

    private static VideoFacts Sized(string size)
    {
        var sides = size.Split('x').Select(s => int.Parse(s, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return new VideoFacts { StreamIndex = 0, Codec = "h264", Width = sides[0], Height = sides[1] };
    }

    private static VideoFacts Rated(string rate) =>
        Sized("16x16") with { Rate = FrameRate.Parse(rate.TrimEnd('~')), ConstantRate = !rate.EndsWith('~') };
}
