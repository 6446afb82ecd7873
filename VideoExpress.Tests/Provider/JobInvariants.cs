namespace VideoExpress.Tests.Provider;

/// <summary>What a job's row and events promise.</summary>
internal static class JobInvariants
{
    private static readonly string[] Terminal = ["SUCCEEDED", "FAILED", "CANCELED"];

    public static IEnumerable<Violation> Check(Aftermath after, JobRow job)
    {
        if (!Terminal.Contains(job.Status) || job.Phase is not null)
        {
            yield return new Violation(Invariant.OneEnd, $"{job.JobId} is {job.Status}, {job.Phase}, {job.Progress} %: {job.Error}");
        }

        var events = after.Events[job.JobId].ToList();
        foreach (var violation in Walk(job, events))
        {
            yield return violation;
        }

        var submitted = after.Submitted.FirstOrDefault(submitted => $"{submitted.Id:D}" == job.JobId);
        if (submitted?.CanceledAt is { } answered)
        {
            foreach (var violation in Canceled(after, job, events, answered))
            {
                yield return violation;
            }
        }
    }

    private static IEnumerable<Violation> Walk(JobRow job, List<EventRow> events)
    {
        if (!events.Select(@event => @event.Rev).SequenceEqual(Enumerable.Range(1, (int)job.Rev).Select(rev => (long)rev)))
        {
            yield return new Violation(Invariant.Monotony, $"{job.JobId} has revision {job.Rev} and events {string.Join(' ', events.Select(@event => @event.Rev))}");
        }

        foreach (var (before, now) in events.Zip(events.Skip(1)))
        {
            if (now.Progress < before.Progress)
            {
                yield return new Violation(Invariant.Monotony, $"{job.JobId} went from {before.Progress} to {now.Progress} %");
            }

            var isRetry = before.Status == "FAILED" && now.Type == "retried";
            if (Terminal.Contains(before.Status) && now.Status != before.Status && !isRetry)
            {
                yield return new Violation(Invariant.OneEnd, $"{job.JobId} left {before.Status} for {now.Status} by {now.Type}");
            }
        }

        if (events.Count(@event => @event.Type == "succeeded") > 1)
        {
            yield return new Violation(Invariant.DuplicateOutput, $"{job.JobId} succeeded more than once");
        }
    }

    private static IEnumerable<Violation> Canceled(Aftermath after, JobRow job, List<EventRow> events, DateTimeOffset answered)
    {
        if (job.Status != "CANCELED" || events.Any(@event => @event.Type == "succeeded") || after.Outputs[job.JobId].Any(output => output.Role == "output"))
        {
            yield return new Violation(Invariant.Cancel, $"{job.JobId} was cancelled and is {job.Status}");
        }

        foreach (var key in after.Keys($"jobs/{job.JobId}").Where(key => File.GetLastWriteTimeUtc(Path.Combine(after.Store, key)) > answered.UtcDateTime))
        {
            yield return new Violation(Invariant.Cancel, $"{key} was published after its job's cancel was answered");
        }
    }
}
