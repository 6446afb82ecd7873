using SQLitePCL;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>
/// What a poll and the reconciler ask of the file is answered by an index however many jobs there are: SQLite's own trace writes the
/// statements down, and its own plan says how they are answered.
/// </summary>
public sealed class PollQueryPlanTests : LyingProviderTests
{
    private readonly HashSet<string> _statements = new(StringComparer.Ordinal);

    [Fact]
    public async Task WhatIsAskedAgainAndAgain_GoesByAnIndex()
    {
        var (jobId, _) = await InFlightAsync(LongWait);
        strdelegate_trace note = (_, statement) => _statements.Add(statement);
        var attempt = Host.Storage.Read(connection =>
        {
            raw.sqlite3_trace(connection.Handle!, note, null!);
            try
            {
                return Ask(connection, jobId);
            }
            finally
            {
                raw.sqlite3_trace(connection.Handle!, (strdelegate_trace)null!, null!);
            }
        });

        Assert.NotNull(attempt);
        Assert.InRange(_statements.Count, 14, int.MaxValue);
        Assert.Empty(_statements.SelectMany(statement => PlanOf(statement).Where(IsSlow).Select(step => $"{step}: {statement}")));
    }

    private static Attempt? Ask(Db db, Guid jobId)
    {
        var attempt = db.CurrentAttempt(jobId);
        db.FindJob(jobId);
        db.StepsOf(jobId);
        db.FindStep(jobId, 1);
        db.FindStep(jobId, db.FindStep(jobId, 1)!.HangfireId);
        db.WebhooksOf(jobId);
        db.FinalWebhook(attempt!.Id);
        db.FindWebhookTarget(attempt.Id, "COMPLETED");
        db.WaitingForNews(attempt.Id);
        db.AttemptsOf(jobId, 0);
        db.OpenAttempts(jobId);
        db.StrayAttempts(jobId);
        db.AttemptsInFlight();
        db.RequestsAt(attempt.Endpoint, 1000);
        db.UnfinishedJobs();
        db.JobsWithStrays();
        return attempt;
    }

    /// <summary>A partial index has just the rows that are asked for: to go through it is no scan of the table.</summary>
    private static bool IsSlow(string step) => step.StartsWith("SCAN", StringComparison.Ordinal)
        && !step.Contains("attempts_in_flight", StringComparison.Ordinal) && !step.Contains("attempts_open", StringComparison.Ordinal)
        && !step.Contains("jobs_unfinished", StringComparison.Ordinal);

    private List<string> PlanOf(string statement) => Host.Storage.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "explain query plan " + statement;
        using var reader = command.ExecuteReader();
        var steps = new List<string>();
        while (reader.Read())
        {
            steps.Add(reader.GetString(3));
        }

        return steps;
    });
}
