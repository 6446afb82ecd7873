using VideoExpress.Jobs.Failpoints;
using VideoExpress.Tests.Durability.Power;
using VideoExpress.Tests.Provider;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Durability;

/// <summary>
/// The database is put back from an older copy, while the store has gone on: what was paid since is found there, and not bought again. The
/// copies are taken of a server that died at a failpoint, so each is of exactly that moment.
/// </summary>
[Collection(nameof(Durability))]
public sealed class RewindTests
{
    /// <summary>So long that a server dies, is put back and started before a worker ends.</summary>
    private static readonly ProviderPace Slow = new() { Work = TimeSpan.FromMinutes(10) };

    [Theory]
    [InlineData(FailpointNames.JobAccepted, false)]
    [InlineData(FailpointNames.JobAccepted, true)]
    [InlineData(FailpointNames.AttemptCommitted, false)]
    [InlineData(FailpointNames.SubmissionAnswered, false)]
    [InlineData(FailpointNames.SubmissionAnswered, true)]
    [InlineData("submit.after_record", false)]
    [InlineData("submit.after_record", true)]
    public async Task PutBackBehindTheEnd_TheSameFilesAreItsOutputs_AndNothingIsBoughtAgain(string moment, bool isSwept)
    {
        // A request that was never sent is sent when its endpoint was seen empty for so long, or the wait is over.
        await using var buying = await BuyingServer.CreateAsync(unknownFateWait: moment == FailpointNames.AttemptCommitted ? "00:00:01" : "01:00:00");
        var copy = await CopyAtAsync(buying, moment);
        await buying.Server.StartAsync();
        var jobId = (await buying.TryHandInAsync(1))!.Value;
        await buying.DrainAsync();
        var published = buying.Published(jobId);
        Assert.NotEmpty(published);
        await buying.Server.KillAsync();
        if (isSwept)
        {
            Directory.Delete(Path.Combine(buying.Store, "inbox", $"{jobId:D}"), recursive: true);
        }

        copy.PutAt(buying.Server.Database);
        await buying.Server.StartAsync();
        await buying.DrainAsync();

        await buying.AssertSoundAsync($"{moment}, swept: {isSwept}");
        Assert.Equal(published, buying.Published(jobId));
    }

    [Theory]
    [InlineData(FailpointNames.JobAccepted)]
    [InlineData(FailpointNames.SubmissionAnswered)]
    [InlineData("submit.after_record")]
    public async Task PutBackWhileTheAttemptIsAtWork_ItIsPolled_AndItsResultTaken(string moment)
    {
        await using var buying = await BuyingServer.CreateAsync(Slow);
        var copy = await CopyAtAsync(buying, moment);
        await buying.Server.StartAsync();
        var jobId = (await buying.TryHandInAsync(1))!.Value;
        var inbox = Path.Combine(buying.Store, "inbox", $"{jobId:D}");
        await Until.TrueAsync(() => Directory.Exists(inbox) && Directory.EnumerateFiles(inbox, "claim.json", SearchOption.AllDirectories).Any(), seconds: 20);
        await buying.Server.KillAsync();

        copy.PutAt(buying.Server.Database);
        await buying.Server.StartAsync();
        Assert.Single(buying.Provider.Open);
        await buying.DrainAsync();

        await buying.AssertSoundAsync(moment);
        Assert.Equal(buying.Provider.Till.All.Single().RequestId, buying.Server.Read<string>("select request_id from attempts"));
    }

    /// <summary>The database of a server that died at the moment, with its first job in it.</summary>
    private static async Task<DatabaseImage> CopyAtAsync(BuyingServer buying, string moment)
    {
        await buying.Server.StartAsync($"{moment}:1");
        await buying.TryHandInAsync(1);
        await buying.Server.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(buying.Server.WasKilled);
        return DatabaseImage.Of(buying.Server.Database);
    }
}
