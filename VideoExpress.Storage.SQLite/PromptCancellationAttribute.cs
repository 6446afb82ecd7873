using Hangfire;
using Hangfire.Common;
using Hangfire.Server;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// Cancels the token of a running job as soon as a commit moves the job out of its worker's hands: when it is deleted or requeued, by
/// whomever. Hangfire's own check does so at its next poll, <c>CancellationCheckInterval</c>, which is 5 seconds by default and goes on as
/// a safety net. With another storage this filter does nothing.
/// </summary>
/// <remarks>
/// <c>UseSQLiteStorage</c> adds it to Hangfire's global filters. Add it yourself to a server that has a filter provider of its own.
/// </remarks>
public sealed class PromptCancellationAttribute : JobFilterAttribute, IServerFilter
{
    /// <inheritdoc />
    public void OnPerforming(PerformingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Storage is SQLiteStorage storage && JobIds.TryParse(context.BackgroundJob.Id, out var job))
        {
            storage.Running.Enter(job, context.CancellationToken);
        }
    }

    /// <inheritdoc />
    public void OnPerformed(PerformedContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Storage is SQLiteStorage storage)
        {
            storage.Running.Leave(context.CancellationToken);
        }
    }

    internal static void AddToGlobalFilters()
    {
        if (!GlobalJobFilters.Filters.Any(filter => filter.Instance is PromptCancellationAttribute))
        {
            GlobalJobFilters.Filters.Add(new PromptCancellationAttribute());
        }
    }
}
