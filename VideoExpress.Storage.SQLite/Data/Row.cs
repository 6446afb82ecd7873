using System.Text;
using SQLitePCL;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>The row a statement stands on; valid until the statement goes on.</summary>
internal readonly struct Row(sqlite3_stmt statement)
{
    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public int GetInt32(int column) => raw.sqlite3_column_int(statement, column);

    public long GetInt64(int column) => raw.sqlite3_column_int64(statement, column);

    /// <summary>A text that is not null. Its length counts, not a NUL in it.</summary>
    public string GetString(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));

    public string? Text(int column) => IsNull(column) ? null : GetString(column);

    public long? Number(int column) => IsNull(column) ? null : GetInt64(column);

    /// <summary>A number or a text, as <typeparamref name="T"/> says.</summary>
    public T? Value<T>(int column) =>
        IsNull(column) ? default : (T)(typeof(T) == typeof(string) ? GetString(column) : (object)GetInt64(column));
}
