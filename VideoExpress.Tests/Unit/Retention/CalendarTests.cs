using Cronos;
using Hangfire.Storage;
using VideoExpress.Jobs.Retention;
using VideoExpress.Tests.Storage;

namespace VideoExpress.Tests.Unit.Retention;

/// <summary>Nights that are longer or shorter somewhere, and days that are not in every year, are nothing to us: all is UTC.</summary>
public sealed class CalendarTests : SQLiteTest
{
    [Theory]
    [InlineData("2026-03-28")] // summer time begins in Europe
    [InlineData("2026-10-24")] // and ends
    [InlineData("2026-10-31")] // and in America; a month's end
    [InlineData("2028-02-28")] // a leap day follows
    [InlineData("2026-12-31")]
    public void CleanupAndScrub_RunByUtc_AsOftenAsOnAnyDay(string day)
    {
        Upkeep.Schedule(Storage, new RetentionSettings());
        var jobs = Connection.GetRecurringJobs();
        Assert.Equal(["cleanup", "scrub"], jobs.Select(job => job.Id).Order());

        Assert.All(jobs, job =>
        {
            Assert.Equal(TimeZoneInfo.Utc.Id, job.TimeZoneId);
            var cron = CronExpression.Parse(job.Cron);
            var first = cron.GetNextOccurrence(Day(day))!.Value;
            var usual = cron.GetNextOccurrence(Day("2026-06-10"))!.Value;
            Assert.Equal(cron.GetNextOccurrence(usual) - usual, cron.GetNextOccurrence(first) - first);
        });
    }

    private static DateTime Day(string day) => DateTime.SpecifyKind(DateTime.Parse(day, System.Globalization.CultureInfo.InvariantCulture), DateTimeKind.Utc);
}
