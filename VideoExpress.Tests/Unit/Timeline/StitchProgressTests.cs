using VideoExpress.Jobs;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Tests.Unit.Timeline;

public sealed class StitchProgressTests
{
    [Fact]
    public void Report_AddsParts_AndNeverFalls()
    {
        var told = new List<double>();
        var progress = new StitchProgress(new DirectProgress<double>(told.Add));
        progress.Report("picture", 0.5);
        progress.Report("sound", 0.1);
        progress.Report("picture", 0.2);
        progress.Report("picture", 0.5001);
        progress.Report("picture", 0.85);
        Assert.Equal([0.5, 0.6, 0.95], told.Select(t => Math.Round(t, 2)));
    }
}
