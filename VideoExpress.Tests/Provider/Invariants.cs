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

    private static IEnumerable<Violation> Accepted(Aftermath after) =>
        from submitted in after.Submitted
        where after.Jobs.All(job => job.JobId != $"{submitted.Id:D}")
        select new Violation(Invariant.Accepted, $"{submitted.Id:D} was answered with 201 and is not there");
}
