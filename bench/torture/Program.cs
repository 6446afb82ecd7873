using System.Globalization;
using VideoExpress.Bench.Torture;
using VideoExpress.Tests.Durability.Torture;

if (!CommandLine.TryParse(args, out var asked))
{
    return 2;
}

var start = TimeProvider.System.GetTimestamp();
var outcomes = new List<Outcome>();
for (var seed = asked.Seed; outcomes.Count < asked.Schedules && TimeProvider.System.GetElapsedTime(start) < asked.Time; seed++)
{
    // Every tenth one is a monkey's.
    var outcome = await Trial.RunAsync(asked.IsMonkey || seed % 10 == 9 ? Schedules.Monkey(seed) : Schedules.Of(seed));
    outcomes.Add(outcome);
    Console.Error.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{(outcome.Violations.Count == 0 ? "ok  " : "FAIL")} {outcome.Took.TotalSeconds:0.0} s, died {outcome.Died} times, {outcome.Schedule}"));
    if (outcome.Violations.Count > 0)
    {
        Console.Error.WriteLine(outcome);
    }
}

var failed = outcomes.Where(outcome => outcome.Violations.Count > 0).Select(outcome => outcome.Schedule.Seed).ToList();
Console.WriteLine(OutcomeTable.Write(outcomes));
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{outcomes.Count} schedules from seed {asked.Seed} in {TimeProvider.System.GetElapsedTime(start).TotalMinutes:0} minutes; {(failed.Count == 0 ? "none failed" : $"failed: {string.Join(' ', failed)}")}."));
return failed.Count == 0 ? 0 : 1;
