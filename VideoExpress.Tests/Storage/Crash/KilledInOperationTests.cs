using System.Collections.Concurrent;
using System.Globalization;
using VideoExpress.Storage.SQLite;
using Xunit.Abstractions;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>
/// Real processes that SIGKILL ends within an operation, at a write or sync of chance. Afterwards the file is sound, what had returned is
/// there, and every job runs to its end, a second time only if the kill came while it ran.
/// </summary>
public sealed class KilledInOperationTests(ITestOutputHelper output) : IDisposable
{
    private const int Lives = 3, ExitOfSigKill = 128 + 9;

    private readonly TempFolder _folder = new();
    private readonly List<Life> _lives = [];

    private string FilePath => _folder.File("hangfire.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DoomedChild.Enqueue, 120)]
    [InlineData(DoomedChild.Fetch, 120)]
    [InlineData(DoomedChild.Acknowledge, 120)]
    [InlineData(DoomedChild.HandOff, 120)]
    [InlineData(DoomedChild.Schedule, 120)]
    [InlineData(DoomedChild.ManyThreads, 600)]
    public async Task KilledWithin_NothingIsLostOrStuckOrRunTwice(string role, int operations)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using (var storage = new SQLiteStorage(FilePath))
        {
            Film.CreateTable(storage);
        }

        for (var life = 0; life < Lives; life++)
        {
            var at = random.Next(1, operations);
            using var child = new KillableProcess(role, FilePath, at.ToString(CultureInfo.InvariantCulture));
            var told = await child.RestOfLines();
            Assert.Equal(ExitOfSigKill, await child.ExitCode());
            output.WriteLine($"killed at operation {at}, {told.Length} lines told");
            Bury(told);
        }

        await LiveToTheEnd();
        AssertRunAsOftenAsMustBe();
    }

    /// <summary>What is left of a life.</summary>
    private void Bury(string[] told)
    {
        using var storage = new SQLiteStorage(FilePath);
        Audit.AssertSound(storage);
        var states = Audit.States(storage);
        var reports = told.Select(line => line.Split(' ')).ToLookup(words => words[0], words => words[1]);
        foreach (var report in reports)
        {
            Assert.All(report, id => Assert.Matches(ExpectedState(report.Key), states.GetValueOrDefault(id, "missing")));
        }

        _lives.Add(new Life([.. reports["ran"]], states));
    }

    private static string ExpectedState(string report) => report switch
    {
        "created" => "^(?!missing)",
        "enqueued" => "^Enqueued$",
        "fetched" => "^Processing$",
        "acknowledged" => "^Succeeded$",
        "deleted" => "^Deleted$",
        "ran" => "^(Processing|Succeeded)$",
        _ => throw new ArgumentException("Unknown report.", nameof(report)),
    };

    private async Task LiveToTheEnd()
    {
        using var storage = new SQLiteStorage(FilePath);
        var ran = new ConcurrentQueue<string>();
        using (new CountingServer(storage, ran.Enqueue))
        {
            var deadline = TimeProvider.System.GetUtcNow().AddSeconds(30);
            while (Audit.Ask<long>(storage, "select count(*) from hangfire_job where state not in ('Succeeded', 'Deleted')") > 0
                || Audit.Ask<long>(storage, "select count(*) from hangfire_queue") > 0)
            {
                Assert.True(TimeProvider.System.GetUtcNow() < deadline, "Some job is stuck.");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        Audit.AssertSound(storage);
        _lives.Add(new Life([.. ran], Audit.States(storage)));
    }

    private void AssertRunAsOftenAsMustBe()
    {
        var end = _lives[^1].States;
        Assert.All(_lives.SelectMany(life => life.States.Keys), id => Assert.Contains(id, end));
        foreach (var (before, index) in _lives[..^1].Select((life, index) => (life, index)))
        {
            // At least once, and no more often: only what was being run when the process died is run again.
            var later = _lives[(index + 1)..].SelectMany(life => life.Ran).ToHashSet(StringComparer.Ordinal);
            Assert.All(before.Ran.Where(later.Contains), id => Assert.Equal("Processing", before.States[id]));
            var ended = before.States.Where(job => job.Value is "Succeeded" or "Deleted");
            Assert.DoesNotContain(ended, job => later.Contains(job.Key) || end[job.Key] != job.Value);
        }

        Assert.All(_lives, life => Assert.Equal(life.Ran.Count, life.Ran.Distinct(StringComparer.Ordinal).Count()));
    }

    private sealed record Life(List<string> Ran, Dictionary<string, string> States);
}
