using Hangfire.States;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>What this storage promises about jobs beyond the common contract.</summary>
public sealed class ProviderJobTests : SQLiteTest
{
    [Theory]
    [InlineData(DateTimeKind.Utc)]
    [InlineData(DateTimeKind.Unspecified)]
    [InlineData(DateTimeKind.Local)]
    public void Creation_AndExpiry_AreTheCallers_InUtc_WhateverTheKind(DateTimeKind kind)
    {
        var utc = new DateTime(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddMicroseconds(678901);
        var given = kind == DateTimeKind.Local ? utc.ToLocalTime() : DateTime.SpecifyKind(utc, kind);

        var id = Connection.CreateExpiredJob(AJob(), None, given, TimeSpan.FromDays(30));

        var details = Monitor.JobDetails(id)!;
        Assert.Equal(utc, details.CreatedAt);
        Assert.Equal(utc.AddDays(30), details.ExpireAt);
        Assert.Equal(utc, Connection.GetJobData(id)!.CreatedAt);
        Assert.Equal(DateTimeKind.Utc, Connection.GetJobData(id)!.CreatedAt.Kind);
        Assert.Equal("integer integer", Ask<string>("select typeof(created_us) || ' ' || typeof(expire_us) from hangfire_job"));
    }

    [Fact]
    public void Parameters_AreDurableWhenTheCallReturns()
    {
        var id = CreateJobIn(new EnqueuedState());
        Connection.SetJobParameter(id, "name", "value");

        Restart();

        Assert.Equal("value", Connection.GetJobParameter(id, "name"));
        Assert.Equal("value", Connection.GetJobData(id)!.ParametersSnapshot["name"]);
    }

    [Fact]
    public async Task NoReader_SeesHalfATransaction()
    {
        var id = Connection.CreateExpiredJob(AJob(), new Dictionary<string, string?> { ["Name"] = "0" }, Now(), TimeSpan.FromHours(1));
        Commit(transaction => transaction.SetJobState(id, new PlainState("0")));
        using var writing = new CancellationTokenSource();
        var reading = Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var connection = Open();
                var torn = 0;
                while (!writing.IsCancellationRequested)
                {
                    var data = connection.GetJobData(id)!;
                    torn += data.State == data.ParametersSnapshot["Name"] ? 0 : 1;
                }

                return torn;
            },
            TaskCreationOptions.LongRunning)).ToArray();

        for (var number = 1; number <= 1000; number++)
        {
            var value = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Commit(transaction =>
            {
                transaction.SetJobState(id, new PlainState(value));
                transaction.SetJobParameter(id, "Name", value);
            });
        }

        await writing.CancelAsync();
        Assert.Equal(0, (await Task.WhenAll(reading)).Sum());
    }
}
