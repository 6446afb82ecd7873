using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Failpoints;

namespace VideoExpress.Tests.Unit.Failpoints;

public sealed class FailpointTests
{
    [Fact]
    public void EveryStep_HasItsThree()
    {
        Assert.Equal(["Cancel", "Poll", "Stitch", "Submit", "Upload"], Step.Types.Select(ChainLink.NameOf));
        foreach (var step in new[] { "cancel", "poll", "stitch", "submit", "upload" })
        {
            Assert.Superset(
                new HashSet<string> { $"{step}.before_effect", $"{step}.after_effect", $"{step}.after_record" }, FailpointNames.All.ToHashSet());
        }

        Assert.Equal(FailpointNames.All.Count, FailpointNames.All.Distinct().Count());
    }

    [Fact]
    public void Unarmed_NothingHappens()
    {
        Assert.False(Failpoint.IsArmed);
        Failpoint.Reach(FailpointNames.JobAccepted);
    }

    [Fact]
    public void AnArmedPoint_IsOverAtItsCount_AndOnce()
    {
        var armed = Failpoint.Parse("submit.after_effect:2, job.accepted");

        Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(_ => armed["submit.after_effect"].IsOver()));
        Assert.True(armed["job.accepted"].IsOver());
    }

    [Theory]
    [InlineData("submit.somewhere")]
    [InlineData("job.accepted:0")]
    [InlineData("job.accepted:x")]
    [InlineData("job.accepted:1:2")]
    public void AWrongName_IsToldWithAllNames(string text)
    {
        var error = Assert.Throws<FormatException>(() => Failpoint.Parse(text));

        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Contains("upload.file_published", error.Message, StringComparison.Ordinal);
    }
}
