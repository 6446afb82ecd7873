namespace VideoExpress.Tests.Provider;

/// <summary>What the till and the ledger promise of a job.</summary>
internal static class PaidOnce
{
    private static readonly string[] Open = ["submitting", "submitted"];
    private static readonly string[] Reasons = ["no_sign_of_life", "lost_worker", "failed", "user_retry"];

    public static IEnumerable<Violation> Check(Aftermath after, JobRow job)
    {
        var attempts = after.Attempts[job.JobId].ToList();
        var charges = after.Till.Charges(Guid.Parse(job.JobId));
        return [.. Charged(after, job, charges), .. Reasoned(job, attempts), .. Booked(job, attempts, charges)];
    }

    /// <summary>How often a job was paid: by the till, and at home, where a request is one charge however often it is handed out.</summary>
    public static int Times(Aftermath after, string jobId) =>
        after.Till.Charges(Guid.Parse(jobId)).Count(charge => charge.IsPaid) + after.AtHome[jobId].Count(request => !request.IsLost);

    /// <summary>Each charge but the last was for work that never came. A retry by the job's owner excuses none: what is there is not paid again.</summary>
    private static IEnumerable<Violation> Charged(Aftermath after, JobRow job, IReadOnlyList<Charge> charges)
    {
        var atHome = after.AtHome[job.JobId].ToList();
        if (atHome.SkipLast(1).Any(request => !request.IsLost))
        {
            yield return new Violation(Invariant.Charges, $"{job.JobId} is {atHome.Count} times at our own gateway: {string.Join(' ', atHome.Select(request => request.Status))}");
        }

        var paid = charges.Where(charge => charge.IsPaid).ToList();
        if (paid.SkipLast(1).Any(charge => !charge.Behaviour.LosesTheWork && charge.End != ChargeEnd.TimedOut))
        {
            yield return new Violation(
                Invariant.Charges,
                $"{job.JobId} is charged {paid.Count} times: {string.Join("; ", paid.Select(charge => $"{charge.AttemptId:D} {charge.End} ({charge.Behaviour})"))}");
        }
    }

    /// <summary>Each attempt behind one that may have been paid has its reason.</summary>
    private static IEnumerable<Violation> Reasoned(JobRow job, List<AttemptRow> attempts)
    {
        var maybePaid = false;
        foreach (var attempt in attempts)
        {
            if (maybePaid && !Reasons.Contains(attempt.Reason))
            {
                yield return new Violation(Invariant.Ledger, $"{job.JobId}: attempt {attempt.Number} has no reason, but \"{attempt.Reason}\"");
            }

            maybePaid |= attempt.State != "refused";
        }
    }

    private static IEnumerable<Violation> Booked(JobRow job, List<AttemptRow> attempts, IReadOnlyList<Charge> charges)
    {
        foreach (var attempt in attempts.Where(attempt => Open.Contains(attempt.State)))
        {
            yield return new Violation(Invariant.Ledger, $"{job.JobId}: attempt {attempt.Number} is {attempt.State} after the end");
        }

        foreach (var charge in charges)
        {
            var attempt = attempts.Find(attempt => attempt.AttemptId == $"{charge.AttemptId:D}");
            if (attempt is null || (attempt.RequestId is { } id && id != charge.RequestId) || attempt.State == "refused")
            {
                yield return new Violation(
                    Invariant.Ledger, $"{job.JobId}: {charge.RequestId} is in the till; the ledger has {attempt?.State ?? "nothing"} {attempt?.RequestId}");
            }
            else if (charge is { End: ChargeEnd.Finished or ChargeEnd.Canceled, IsPaid: true, IsMeasured: true } && attempt is { RequestId: not null, Seconds: null })
            {
                yield return new Violation(Invariant.Ledger, $"{job.JobId}: {charge.Seconds:0.0} s are in the till; the ledger has no seconds of a {attempt.State} attempt");
            }

            if (charge.End == ChargeEnd.Open && !charge.Behaviour.VanishesUnnoticed)
            {
                yield return new Violation(Invariant.Orphan, $"{job.JobId}: {charge.RequestId} is still at work at the provider");
            }
        }
    }
}
