namespace VideoExpress.Tests.Provider;

/// <summary>The promises of the design, checked from outside after a drain.</summary>
internal static class Invariants
{
    /// <summary>Every broken promise; none is the only good answer.</summary>
    public static IReadOnlyList<Violation> Check(Aftermath after) =>
    [
        .. Accepted(after),
        .. after.Jobs.SelectMany(job => JobInvariants.Check(after, job)),
        .. after.Jobs.SelectMany(job => PaidOnce.Check(after, job)),
        .. FileInvariants.Check(after),
    ];

    /// <summary>What is still broken when it had a moment to settle: scratch files go after the commit that ends their job.</summary>
    public static async Task<IReadOnlyList<Violation>> SettledAsync(Func<Aftermath> look, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        while (true)
        {
            var violations = Check(look());
            if (violations.Count == 0 || deadline.IsCancellationRequested)
            {
                return violations;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>A call that was repeated with its key has made one job, and its answer names it.</summary>
    private static IEnumerable<Violation> Accepted(Aftermath after)
    {
        var (answered, there) = (after.Submitted.Select(job => $"{job.Id:D}").ToList(), after.Jobs.Select(job => job.JobId).ToList());
        return
        [
            .. answered.Except(there).Select(job => new Violation(Invariant.Accepted, $"{job} was answered with 201 and is not there")),
            .. there.Except(answered).Select(job => new Violation(Invariant.Accepted, $"{job} is there, and nobody was answered with it")),
            .. answered.GroupBy(job => job).Where(group => group.Count() > 1).Select(group => new Violation(Invariant.Accepted, $"{group.Key} is the answer to several calls")),
        ];
    }
}
