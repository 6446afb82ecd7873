using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace VideoExpress.Tests.Storage;

/// <summary>The culture of all threads is the process's, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(CultureTests), DisableParallelization = true)]
public sealed class CultureCollection;

/// <summary>Digits, calendars and dotless i of the current culture never reach the file.</summary>
[Collection(nameof(CultureTests))]
public sealed class CultureTests : SQLiteTest
{
    [Theory]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    [InlineData("th-TH")]
    [InlineData("fa-IR")]
    [InlineData("sv-SE")]
    public async Task AnyCulture_OnEveryThread_ChangesNothing(string culture)
    {
        var (before, ui) = (CultureInfo.DefaultThreadCurrentCulture, CultureInfo.CurrentCulture);
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = new CultureInfo(culture);
        try
        {
            using (new TestServer(Storage, 2))
            {
                var parent = Client.Enqueue(() => Jobs.Twice(1.5));
                var child = Client.ContinueJobWith(parent, () => Jobs.Twice(-2.25));
                var delayed = Client.Schedule(() => Jobs.Twice(0.125), TimeSpan.FromMilliseconds(200));
                await Eventually(() => new[] { parent, child, delayed }.All(id => StateOf(id) == SucceededState.StateName));
            }

            var now = Connection.GetUtcDateTime();
            Assert.Equal(3, Connection.GetCounter("stats:succeeded:" + now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
            Assert.Equal(3, Monitor.SucceededByDatesCount()[now.Date]);
            Assert.Equal(3, Monitor.HourlySucceededJobs().Values.Sum());
            Assert.Equal(["0.25", "-4.5", "3.0"], Monitor.SucceededJobs(0, 9).Select(job => job.Value.Result));
            AssertScoresAndIds();
        }
        finally
        {
            (CultureInfo.DefaultThreadCurrentCulture, CultureInfo.CurrentCulture) = (before, ui);
        }
    }

    private void AssertScoresAndIds()
    {
        Commit(transaction => transaction.AddToSet("set", "item", -1.5));
        Assert.Equal("item", Connection.GetFirstByLowestScoreFromSet("set", -1.5, -1.5));

        var id = CreateJobIn(new EnqueuedState());
        Assert.All(id, digit => Assert.InRange(digit, '0', '9'));
        Assert.Equal("Run", Monitor.JobDetails(id)!.Job.Method.Name);
        Assert.InRange(JobHelper.ToTimestamp(Monitor.JobDetails(id)!.CreatedAt!.Value), JobHelper.ToTimestamp(Now()) - 10, long.MaxValue);
    }

    public static class Jobs
    {
        public static double Twice(double value) => value * 2;
    }
}
