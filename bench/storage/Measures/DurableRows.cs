using VideoExpress.Storage.SQLite;

namespace VideoExpress.Bench.Storage.Measures;

/// <summary>Rows of the application, each in a unit of work of its own, from 16 threads: shows that they share fsyncs.</summary>
internal sealed class DurableRows : Measure
{
    private const int Threads = 16;

    /// <summary>A row is written far quicker than a job is done.</summary>
    private const int RowsPerJob = 4;

    public override string Name => "rows";

    public override IEnumerable<Figure> Run(Round round)
    {
        const string insert = "insert into app_row (text) values ('a row of about the size of a job')";
        using var peer = round.SQLite();
        var storage = peer.Storage;
        Run(storage, "create table app_row (id integer primary key, text text)");
        var slice = RowsPerJob * round.Slice;
        Work.Repeat(Threads, round.WarmUp, () => Run(storage, insert));
        Work.Repeat(Threads, round.WarmUp, () => RunByTheDriver(storage, insert));
        var times = Work.Alternate(
            round.Raw.Slice,
            () => Work.Repeat(Threads, slice, () => Run(storage, insert)),
            () => Work.Repeat(Threads, slice, () => RunByTheDriver(storage, insert)));
        var raw = round.Raw.Rate(times[0]);
        var (own, driver) = (Round.Rate(slice, times[1]), Round.Rate(slice, times[2]));
        return
        [
            new Figure("durable one-row transactions, 16 threads", own, "/s", own / raw, Figure.OfRaw, Bar.Least(3)),
            new Figure("the same by the driver's commands", driver, "/s", driver / raw, Figure.OfRaw),
        ];
    }

    private static void Run(SQLiteStorage storage, string sql)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        unitOfWork.Execute(sql);
        unitOfWork.Commit();
    }

    private static void RunByTheDriver(SQLiteStorage storage, string sql)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        using var command = unitOfWork.Connection.CreateCommand();
        command.Transaction = unitOfWork.Transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
        unitOfWork.Commit();
    }
}
