using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>A statement of the application for its own tables. It is atomic by itself: if it fails, the rest is as sound as before.</summary>
internal sealed class ApplicationStatement(string sql, SqlValue[] values) : ICommand
{
    public void Execute(WriteTurn turn) => turn.Sql.Execute(sql, values);
}
