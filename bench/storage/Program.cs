using Hangfire;
using VideoExpress.Bench.Storage;
using VideoExpress.Bench.Storage.Measures;

Measure[] measures =
[
    new DurableRows(), new Enqueue(), new Chains(), new Drain(), new Steps(), new Latency(), new Cancel(), new Delayed(), new Dashboard(),
    new Idle(),
];
if (!CommandLine.TryParse(args, [.. measures.Select(measure => measure.Name)], out var asked))
{
    return 2;
}

GlobalConfiguration.Configuration.SetDataCompatibilityLevel(CompatibilityLevel.Version_180).UseRecommendedSerializerSettings();
var folder = Directory.CreateTempSubdirectory("videoexpress-bench-").FullName;
try
{
    if (asked.SoakJobs is { } soakJobs)
    {
        return Soak.Run(folder, soakJobs) ? 0 : 1;
    }

    using var raw = new Raw(folder);
    var round = new Round(folder, asked.Jobs, raw);
    var chosen = measures.Where(measure => asked.Measures.Contains(measure.Name)).ToArray();
    foreach (var measure in chosen.Where(measure => measure.IsRate))
    {
        // The first jobs of a process are slow, for its code is still being compiled.
        Run("warm-up", measure);
    }

    var report = new Report();
    for (var number = 1; number <= asked.Rounds; number++)
    {
        foreach (var measure in chosen)
        {
            report.Add(Run($"round {number} of {asked.Rounds}", measure));
        }
    }

    var limit = raw.Summary is { } summary ? $"; raw limit: {summary}" : "";
    report.Print(Console.Out, $"{asked.Jobs} jobs, {asked.Rounds} rounds, {Environment.ProcessorCount} processors{limit}");
    return report.AllMet ? 0 : 1;

    Figure[] Run(string when, Measure measure)
    {
        Console.Error.WriteLine($"{when}: {measure.Name}");
        return [.. measure.Run(round)];
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}
