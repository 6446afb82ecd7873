namespace VideoExpress.Web.Commands.Doctor;

/// <summary>One thing that the doctor looks at.</summary>
/// <param name="Name">Its column in the report.</param>
/// <param name="Run">Looks; what it throws is a finding, too.</param>
internal sealed record Check(string Name, Func<Subject, CancellationToken, IAsyncEnumerable<Finding>> Run)
{
    /// <summary>When it is given up.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The check without whose success this one has nothing to say of its own; null: it needs none.</summary>
    public Check? Needs { get; init; }

    /// <summary>All findings, whatever happens; only the caller's own token ends it otherwise.</summary>
    /// <param name="subject">What is looked at.</param>
    /// <param name="needed">What <see cref="Needs"/> finds, which is waited for; null when it needs none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<Finding>> FindAsync(
        Subject subject, Task<IReadOnlyList<Finding>>? needed, CancellationToken cancellationToken)
    {
        if (needed is not null && (await needed).Any(finding => finding.Verdict == Verdict.Fail))
        {
            return [Finding.Warn($"not tried, since the {Needs!.Name} cannot be used")];
        }

        List<Finding> findings = [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            await foreach (var finding in Run(subject, limit.Token).WithCancellation(limit.Token))
            {
                findings.Add(finding);
            }
        }
        catch (OperationCanceledException) when (!limit.IsCancellationRequested)
        {
            findings.Add(Finding.Fail("no answer in time: what was asked is frozen, overloaded, or cut off from this machine."));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            findings.Add(Finding.Fail($"not done within {Timeout.TotalSeconds:0} seconds: what was asked is frozen or overloaded. Look again later."));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            findings.Add(Finding.Fail(error.Message));
        }

        return findings;
    }
}
