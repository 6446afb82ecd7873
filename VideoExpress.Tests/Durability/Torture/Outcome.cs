using VideoExpress.Tests.Provider;

namespace VideoExpress.Tests.Durability.Torture;

/// <summary>What came of a schedule.</summary>
/// <param name="Schedule">Which.</param>
/// <param name="Died">How often the server died as planned.</param>
/// <param name="GpuSteps">Logical GPU steps of jobs that were not cancelled, and whose work was not lost by the provider.</param>
/// <param name="Charges">What was paid for these.</param>
/// <param name="Violations">Broken promises.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Log">The server's last lines, where a promise was broken.</param>
internal sealed record Outcome(
    Schedule Schedule, int Died, int GpuSteps, int Charges, IReadOnlyList<Violation> Violations, TimeSpan Took, string Log)
{
    /// <summary>What to read when it is no good.</summary>
    public override string ToString() => $"{Schedule}\ndied {Died} times\n{string.Join('\n', Violations)}\n{Log}";
}
