using System.Security.Cryptography;
using System.Text.Json;

namespace VideoExpress.Tests.Provider;

/// <summary>What the store and the scratch space promise.</summary>
internal static class FileInvariants
{
    public static IEnumerable<Violation> Check(Aftermath after) =>
        [.. after.Jobs.SelectMany(job => Outputs(after, job)), .. after.Jobs.SelectMany(job => Lost(after, job)), .. Orphans(after)];

    private static IEnumerable<Violation> Outputs(Aftermath after, JobRow job)
    {
        var outputs = after.Outputs[job.JobId].ToList();
        if (job.Status == "SUCCEEDED" && outputs.All(output => output.Role != "output"))
        {
            yield return new Violation(Invariant.Outputs, $"{job.JobId} succeeded with nothing");
        }

        foreach (var output in outputs.Where(output => !IsWhole(Path.Combine(after.Store, output.Key), output)))
        {
            yield return new Violation(Invariant.Outputs, $"{output.Key} is not there, or not as recorded");
        }

        foreach (var key in after.Keys($"jobs/{job.JobId}").Except(outputs.Select(output => output.Key)).Where(_ => job.Status == "SUCCEEDED"))
        {
            yield return new Violation(Invariant.DuplicateOutput, $"{key} was published and is nobody's output");
        }
    }

    private static bool IsWhole(string path, OutputRow output)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var content = File.OpenRead(path);
        return content.Length == output.Bytes && Convert.ToHexStringLower(SHA256.HashData(content)) == output.Sha256;
    }

    /// <summary>A failed job with a worker's result in the store is paid for and not published.</summary>
    private static IEnumerable<Violation> Lost(Aftermath after, JobRow job) =>
        from key in job.Status == "FAILED" ? after.Keys($"inbox/{job.JobId}") : []
        where Path.GetFileName(key) == "result.json" && HasFiles(Path.Combine(after.Store, key))
        select new Violation(Invariant.LostResult, $"{job.JobId} failed ({job.Error}), and {key} has its result");

    private static bool HasFiles(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.TryGetProperty("files", out _);
    }

    private static IEnumerable<Violation> Orphans(Aftermath after)
    {
        foreach (var folder in Directory.Exists(after.Work) ? Directory.EnumerateDirectories(after.Work) : [])
        {
            yield return new Violation(Invariant.Orphan, $"work/{Path.GetFileName(folder)} is left");
        }

        var known = after.Attempts.SelectMany(attempts => attempts).Select(attempt => $"inbox/{attempt.JobId}/{attempt.AttemptId}/")
            .Concat(after.Jobs.Select(job => $"jobs/{job.JobId}/")).Concat(after.Assets.Select(asset => $"assets/{asset}/")).ToList();
        foreach (var key in after.Keys("").Where(key => !known.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal))))
        {
            yield return new Violation(Invariant.Orphan, $"{key} is nobody's");
        }
    }
}
