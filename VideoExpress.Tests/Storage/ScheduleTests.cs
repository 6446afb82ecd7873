using System.Collections.Concurrent;
using Hangfire;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Storage.SQLite;
using VideoExpress.Storage.SQLite.Schedule;

namespace VideoExpress.Tests.Storage;

/// <summary>Delayed jobs: never early, hardly late.</summary>
public sealed class ScheduleTests : SQLiteTest
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<TimeSpan>> Lateness = new();

    private readonly string _test = Guid.CreateVersion7().ToString();

    public ScheduleTests()
    {
        Lateness[_test] = [];
    }

    [Fact]
    public async Task DelayedJobs_AreNeverEarly_AndUsuallyOnTime()
    {
        const int jobs = 40;
        using (new TestServer(Storage, 4, "default", "films"))
        {
            for (var number = 0; number < jobs; number++)
            {
                var due = Now().AddMilliseconds(300 + number * 37);
                var ticks = due.Ticks;
                if (number % 2 == 0)
                {
                    Client.Create(() => Jobs.Note(_test, ticks), new ScheduledState(due));
                }
                else
                {
                    Client.Create("films", () => Jobs.Note(_test, ticks), new ScheduledState(due));
                }
            }

            await Eventually(() => Lateness[_test].Count == jobs);
        }

        var lateness = Lateness[_test].Order().ToArray();
        Assert.InRange(lateness[0], TimeSpan.Zero, TimeSpan.MaxValue);
        // Generous, so that a busy test machine is no failure; Hangfire's own scheduler would be up to 15 s late.
        Assert.InRange(lateness[jobs / 2], TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task AnEarlierJob_WakesTheScheduler_ThatSleepsForALaterOne()
    {
        using var server = new TestServer(Storage, 1);
        Client.Schedule(() => Jobs.Note(_test, 0), TimeSpan.FromHours(1));
        Client.Schedule(() => Jobs.Note(_test, 0), TimeSpan.FromMilliseconds(200));

        await Eventually(() => Lateness[_test].Count == 1, TimeSpan.FromSeconds(10));
        Assert.Equal(1, Monitor.ScheduledCount());
    }

    [Fact]
    public async Task JobsThatCameDue_WhileNobodyRan_AreEnqueuedAtTheStart()
    {
        Client.Schedule(() => Jobs.Note(_test, 0), TimeSpan.FromMilliseconds(50));
        Restart();

        using var server = new TestServer(Storage, 1);
        await Eventually(() => Lateness[_test].Count == 1, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void TheSchedule_KeepsTheExactTime_AndGivesNothingBeforeIt()
    {
        var due = Now().AddMilliseconds(900);
        var id = CreateJobIn(new ScheduledState(due));
        var films = Client.Create("films", () => Jobs.Note(_test, 0), new ScheduledState(due));
        var second = JobHelper.ToTimestamp(due);

        Assert.Empty(Connection.GetFirstByLowestScoreFromSet("schedule", 0, second, 10));
        Assert.Equal([id, "films:" + films], Connection.GetRangeFromSet("schedule", 0, 9));
        Assert.Equal((due.Ticks - DateTime.UnixEpoch.Ticks + 9) / 10, Ask<long>("select min(due_us) from hangfire_set"));
    }

    [Fact]
    public void AnItemWithoutAnExactTime_GoesByItsScore()
    {
        Commit(transaction => transaction.AddToSet("schedule", "123", 5));

        Assert.Equal("123", Connection.GetFirstByLowestScoreFromSet("schedule", 0, 5));
    }

    [Fact]
    public void AJobThatIsScheduledAgain_HasItsNewTime()
    {
        var id = CreateJobIn(new ScheduledState(Now().AddHours(1)));
        Client.ChangeState(id, new ScheduledState(Now().AddHours(-1)), null);

        Assert.Equal(id, Connection.GetFirstByLowestScoreFromSet("schedule", 0, double.MaxValue));
    }

    [Theory]
    [InlineData(2000)]
    [InlineData(2100)]
    public void WhatIsDue_IsSaidByTheStoragesClock_WhateverTheSystemsSays(int year)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(year, 2, 28, 23, 59, 0, TimeSpan.Zero));
        using var folder = new TempFolder();
        using var storage = new SQLiteStorage(folder.File("hangfire.db"), new SQLiteStorageOptions { TimeProvider = time });
        using var connection = storage.GetConnection();
        var id = new BackgroundJobClient(storage).Create(AJob(), new ScheduledState(time.GetUtcNow().UtcDateTime.AddMinutes(2)));

        // As Hangfire's own scheduler asks, by the system's clock.
        string? Due() => connection.GetFirstByLowestScoreFromSet("schedule", 0, JobHelper.ToTimestamp(Now()));
        Assert.Null(Due());
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(id, Due());
    }

    [Fact]
    public async Task DueTimes_WaitUntilTheEarliest()
    {
        var time = new FakeTimeProvider();
        var times = new DueTimes(time);
        times.Add(Micros(time, TimeSpan.FromSeconds(20)));
        times.Add(Micros(time, TimeSpan.FromSeconds(10)));
        var waiting = Task.Run(() => times.Wait(TimeSpan.FromSeconds(30), CancellationToken.None));

        await AdvanceUntil(time, () => waiting.IsCompleted);

        Assert.True(await waiting);
        Assert.InRange(time.GetUtcNow() - time.Start, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task DueTimes_WakeUp_WhenSomethingEarlierComes_AndAfterTheLongestSleep()
    {
        var time = new FakeTimeProvider();
        var times = new DueTimes(time);
        var sleeping = Task.Run(() => times.Wait(TimeSpan.FromSeconds(30), CancellationToken.None));
        await AdvanceUntil(time, () => sleeping.IsCompleted);
        Assert.False(await sleeping);

        times.Add(Micros(time, TimeSpan.FromHours(1)));
        var woken = Task.Run(() => times.Wait(TimeSpan.FromHours(2), CancellationToken.None));
        await Eventually(() =>
        {
            times.Add(Micros(time, TimeSpan.FromTicks(-1)));
            return woken.IsCompleted;
        });
        Assert.True(await woken);
    }

    [Fact]
    public void DueTimes_StopWaiting_WhenTheServerStops()
    {
        using var stopping = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));

        Assert.ThrowsAny<OperationCanceledException>(() => new DueTimes(TimeProvider.System).Wait(TimeSpan.FromMinutes(1), stopping.Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    [InlineData(-20)]
    [InlineData(20)]
    [InlineData(3600)]
    public async Task ADelayedJob_StartsByTheClock_HoweverThatIsSet(int seconds)
    {
        var clock = new SettableClock();
        using var folder = new TempFolder();
        using var storage = new SQLiteStorage(folder.File("hangfire.db"), new SQLiteStorageOptions { TimeProvider = clock });
        var due = clock.GetUtcNow().UtcDateTime.AddSeconds(45);
        var id = new BackgroundJobClient(storage).Create(AJob(), new ScheduledState(due));
        using var stop = new CancellationTokenSource();
        var scheduler = Task.Run(() => ScheduleUntil(storage, stop.Token));
        using var connection = storage.GetConnection();
        await clock.IsSleptBy(sleeps: 1);

        // The scheduler sleeps by the clock as it was.
        clock.AdjustTime(clock.GetUtcNow().AddSeconds(seconds));
        var set = clock.GetUtcNow().UtcDateTime;
        while (connection.GetJobData(id).State == ScheduledState.StateName)
        {
            Assert.InRange(clock.GetUtcNow().UtcDateTime, DateTime.MinValue, (set > due ? set : due).AddSeconds(30));
            await clock.AdvanceToTheEndOfTheSleep();
        }

        Assert.InRange(clock.GetUtcNow().UtcDateTime, due, (set > due ? set : due).AddSeconds(30));
        Assert.InRange(clock.Sleeps, 1, 45 / 30 + Math.Abs(seconds) / 30 + 4);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scheduler);
    }

    private static void ScheduleUntil(SQLiteStorage storage, CancellationToken cancellationToken)
    {
        var scheduler = new PreciseScheduler(storage);
        while (true)
        {
            scheduler.Execute(new BackgroundProcessContext(
                "server", storage, new Dictionary<string, object>(), Guid.Empty, cancellationToken, cancellationToken, cancellationToken));
        }
    }

    /// <summary>A clock that goes on only when whoever slept by it has done what he woke up for, and sleeps again.</summary>
    private sealed class SettableClock() : FakeTimeProvider(TimeProvider.System.GetUtcNow())
    {
        private TimeSpan _elapsed;
        private TimeSpan _wakesAt;
        private int _sleeps;

        public int Sleeps => Volatile.Read(ref _sleeps);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _wakesAt = _elapsed + dueTime;
            Interlocked.Increment(ref _sleeps);
            return timer;
        }

        public Task IsSleptBy(int sleeps) => Eventually(() => Sleeps >= sleeps);

        public Task AdvanceToTheEndOfTheSleep()
        {
            var sleeps = Sleeps;
            while (_elapsed < _wakesAt)
            {
                _elapsed += TimeSpan.FromSeconds(1);
                Advance(TimeSpan.FromSeconds(1));
            }

            return IsSleptBy(sleeps + 1);
        }
    }

    private static long Micros(FakeTimeProvider time, TimeSpan later) => (time.GetUtcNow() + later - DateTimeOffset.UnixEpoch).Ticks / 10;

    /// <summary>The other thread may not have begun to wait yet, so time goes on in steps.</summary>
    private static Task AdvanceUntil(FakeTimeProvider time, Func<bool> condition) => Eventually(() =>
    {
        if (condition())
        {
            return true;
        }

        time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });

    public static class Jobs
    {
        public static void Note(string test, long dueTicks) => Lateness[test].Add(Now() - new DateTime(dueTicks, DateTimeKind.Utc));
    }
}
