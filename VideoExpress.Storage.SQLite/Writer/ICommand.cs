namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>One write, decided when it is made and run when its transaction is committed; again, if that is retried.</summary>
internal interface ICommand
{
    void Execute(WriteTurn turn);
}

/// <summary>A write to one background job.</summary>
internal interface IJobCommand : ICommand
{
    long Job { get; }
}
