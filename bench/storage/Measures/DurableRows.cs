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
        using var peer = round.SQLite();
        Write(peer.Storage, "create table app_row (id integer primary key, text text)");
        var slice = RowsPerJob * round.Slice;
        Work.Repeat(Threads, round.WarmUp, Insert);
        var times = Work.Alternate(round.Raw.Slice, () => Work.Repeat(Threads, slice, Insert));
        var (raw, rate) = (round.Raw.Rate(times[0]), Round.Rate(slice, times[1]));
        return [new Figure("durable one-row transactions, 16 threads", rate, "/s", rate / raw, Figure.OfRaw, Bar.Least(3))];

        void Insert() => Write(peer.Storage, "insert into app_row (text) values ('a row of about the size of a job')");
    }

    private static void Write(SQLiteStorage storage, string sql)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        using (var command = unitOfWork.Connection.CreateCommand())
        {
            command.Transaction = unitOfWork.Transaction;
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }

        unitOfWork.Commit();
    }
}
