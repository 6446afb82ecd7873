using System.Globalization;
using System.Text;
using VideoExpress.Tests.Provider;

namespace VideoExpress.Tests.Durability.Torture;

/// <summary>The table of <c>docs/durability.md</c>: what came of all schedules, by failpoint and chain.</summary>
internal static class OutcomeTable
{
    private static readonly Invariant[] Named = [Invariant.LostResult, Invariant.DuplicateOutput, Invariant.Orphan];

    /// <summary>Markdown; the last row is the sum.</summary>
    public static string Write(IReadOnlyCollection<Outcome> outcomes)
    {
        var table = new StringBuilder()
            .AppendLine("| killed at | chain | schedules | kills | GPU steps | charges a step | lost results | duplicate outputs | orphans | other violations |")
            .AppendLine("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var row in outcomes
            .GroupBy(outcome => (Place: outcome.Schedule.Failpoint ?? "random moments", Chain: Name(outcome.Schedule.Chain)))
            .OrderBy(row => row.Key.Place, StringComparer.Ordinal).ThenBy(row => row.Key.Chain, StringComparer.Ordinal))
        {
            table.AppendLine(Row($"`{row.Key.Place}`", row.Key.Chain, [.. row]));
        }

        return table.AppendLine(Row("**all**", "", [.. outcomes])).ToString();
    }

    private static string Row(string place, string chain, IReadOnlyCollection<Outcome> outcomes)
    {
        var steps = outcomes.Sum(outcome => outcome.GpuSteps);
        var charges = steps == 0 ? "–" : (outcomes.Sum(outcome => outcome.Charges) / (double)steps).ToString("0.000", CultureInfo.InvariantCulture);
        return $"| {place} | {chain} | {outcomes.Count} | {outcomes.Sum(outcome => outcome.Died)} | {steps} | {charges} | "
            + $"{string.Join(" | ", Named.Select(invariant => Count(outcomes, violation => violation.Invariant == invariant)))} | "
            + $"{Count(outcomes, violation => !Named.Contains(violation.Invariant))} |";
    }

    private static int Count(IReadOnlyCollection<Outcome> outcomes, Func<Violation, bool> which) => outcomes.Sum(outcome => outcome.Violations.Count(which));

    private static string Name(Chain? chain) => chain switch
    {
        Chain.Gpu => "GPU",
        Chain.GpuWithStitch => "GPU with stitch",
        Chain.Local => "local",
        Chain.Draft => "GPU at home",
        Chain.Canceled => "GPU, cancelled",
        _ => "all",
    };
}
