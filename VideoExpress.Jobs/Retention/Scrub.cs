using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Retention;

/// <summary>
/// Compares the store with the database: files that no row knows, and rows whose file is not there or is another one. On its schedule it only
/// reports: to a database that is older than the store, as after a restore, finished results look like orphans.
/// </summary>
internal sealed partial class Scrub(SQLiteStorage storage, ScrubComparison comparison, ScrubRepair repairs, ILogger<Scrub> logger)
{
    /// <summary>Hangfire's entry point: a report, in the log and as the recurring job's result.</summary>
    [Queue(StepQueues.Upkeep)]
    public async Task<string> ReportAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await RunAsync(repair: false, verify: false, cancellationToken)).ToString();
        }
        catch (UpkeepBusyException busy)
        {
            return busy.Message;
        }
    }

    /// <summary>Compares, and mends where asked. Never beside a cleanup or another scrub.</summary>
    /// <param name="repair">
    /// True: orphans are deleted, and rows whose file is missing or damaged are marked, so that no dead URL is handed out; the mark goes when
    /// the file is there again. A file that was found to have other content keeps its mark until a run that verifies finds it whole.
    /// </param>
    /// <param name="verify">True: each known file is read and its sha256 compared.</param>
    /// <param name="cancellationToken">Ends it; what was mended stays so.</param>
    /// <exception cref="UpkeepBusyException">A cleanup or a scrub is at work.</exception>
    /// <exception cref="StoreException">The store failed, or shall be mended and is not the database's.</exception>
    public async Task<ScrubReport> RunAsync(bool repair, bool verify, CancellationToken cancellationToken)
    {
        using var connection = storage.GetConnection();
        using var turn = Upkeep.TakeTurn(connection);
        var findings = await comparison.RunAsync(verify, cancellationToken);
        if (repair)
        {
            await repairs.RunAsync(findings, cancellationToken);
        }

        var report = findings.Report(repair);
        if (report.Damaged.Count > 0)
        {
            LogDamaged(report.Damaged.Count, report.Damaged[0].Key);
        }

        LogReport(report);
        return report;
    }

    [LoggerMessage(LogLevel.Information, "Scrubbed the store: {Report}")]
    private partial void LogReport(ScrubReport report);

    [LoggerMessage(LogLevel.Error, "{Count} files are missing or damaged in the store, the first is {Key}; GET /retention/scrub lists them")]
    private partial void LogDamaged(int count, string key);
}
