using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>
/// One open connection with its prepared statements, for one thread at a time. The values of a statement are given in the order in which
/// its <c>$names</c> first appear. Statements go to SQLite directly: the driver's commands cost several times what SQLite does.
/// </summary>
internal sealed class Statements(SqliteConnection connection) : IDisposable
{
    /// <summary>Several times as many as the storage has; the application brings its own, perhaps with values in their text.</summary>
    private const int MostPrepared = 500;

    /// <summary>SQLITE_DBSTATUS_DEFERRED_FKS of sqlite3.h: zero when all foreign keys are resolved.</summary>
    private const int DeferredForeignKeys = 10;

    private readonly Dictionary<string, sqlite3_stmt> _prepared = new(StringComparer.Ordinal);

    public SqliteConnection Connection { get; } = connection;

    /// <summary>Whether a transaction is open; SQLite itself rolls one back when the disk is full or fails.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    private sqlite3 Handle => Connection.Handle!;

    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<SqlValue> values)
    {
        var statement = Bind(sql, values);
        try
        {
            while (Step(statement))
            {
            }

            return raw.sqlite3_changes(Handle);
        }
        finally
        {
            End(statement);
        }
    }

    /// <summary>The first column of the first row, a number or a text; <c>default</c> when there is no row or it is null.</summary>
    public T? Scalar<T>(string sql, params ReadOnlySpan<SqlValue> values) => First(sql, row => row.Value<T>(0), values);

    public List<T> Query<T>(string sql, Func<Row, T> map, params ReadOnlySpan<SqlValue> values)
    {
        var statement = Bind(sql, values);
        try
        {
            var rows = new List<T>();
            while (Step(statement))
            {
                rows.Add(map(new Row(statement)));
            }

            return rows;
        }
        finally
        {
            End(statement);
        }
    }

    /// <summary>The first row, or <c>default</c>.</summary>
    public T? First<T>(string sql, Func<Row, T> map, params ReadOnlySpan<SqlValue> values)
    {
        var statement = Bind(sql, values);
        try
        {
            return Step(statement) ? map(new Row(statement)) : default;
        }
        finally
        {
            End(statement);
        }
    }

    /// <summary>Runs what cannot be prepared once and run again: some pragmas take effect when they are prepared.</summary>
    public void ExecuteOnce(string sql) => Check(raw.sqlite3_exec(Handle, sql));

    /// <summary>
    /// Throws what a commit would throw because of a foreign key that is checked only then, while it is known whose doing it is.
    /// </summary>
    public void CheckDeferredConstraints()
    {
        Check(raw.sqlite3_db_status(Handle, DeferredForeignKeys, out var unresolved, out _, resetFlg: 0));
        if (unresolved != 0)
        {
            throw new SqliteException(
                "SQLite Error 19: 'FOREIGN KEY constraint failed'.", raw.SQLITE_CONSTRAINT, raw.SQLITE_CONSTRAINT_FOREIGNKEY);
        }
    }

    public void Dispose()
    {
        Forget();
        Connection.Dispose();
    }

    private sqlite3_stmt Bind(string sql, ReadOnlySpan<SqlValue> values)
    {
        if (!_prepared.TryGetValue(sql, out var statement))
        {
            _prepared.Add(sql, statement = Prepare(sql));
        }

        var expected = raw.sqlite3_bind_parameter_count(statement);
        if (values.Length != expected)
        {
            // A parameter without a value would keep that of the last run.
            throw new ArgumentException($"The statement has {expected} parameters and was given {values.Length} values: {sql}", nameof(values));
        }

        for (var index = 0; index < values.Length; index++)
        {
            Check(Bind(statement, index + 1, values[index]));
        }

        return statement;
    }

    /// <summary>Has the statement let go of what it read and of its values, which may be large.</summary>
    private static void End(sqlite3_stmt statement)
    {
        raw.sqlite3_reset(statement);
        raw.sqlite3_clear_bindings(statement);
    }

    private sqlite3_stmt Prepare(string sql)
    {
        if (_prepared.Count == MostPrepared)
        {
            Forget();
        }

        Check(raw.sqlite3_prepare_v3(Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement, out var rest));
        if (statement.IsInvalid || !string.IsNullOrWhiteSpace(rest))
        {
            statement.Dispose();
            throw new ArgumentException($"Exactly one statement was expected: {sql}", nameof(sql));
        }

        return statement;
    }

    private void Forget()
    {
        foreach (var statement in _prepared.Values)
        {
            statement.Dispose();
        }

        _prepared.Clear();
    }

    private static int Bind(sqlite3_stmt statement, int index, SqlValue value)
    {
        switch (value.Kind)
        {
            case SqlKind.Number:
                return raw.sqlite3_bind_int64(statement, index, value.Bits);
            case SqlKind.Fraction:
                return raw.sqlite3_bind_double(statement, index, BitConverter.Int64BitsToDouble(value.Bits));
            case SqlKind.Null:
                return raw.sqlite3_bind_null(statement, index);
            case SqlKind.Text when value.Text!.Length > 0:
                var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Text.Length));
                var length = Encoding.UTF8.GetBytes(value.Text, utf8);
                // SQLite copies it.
                var result = raw.sqlite3_bind_text(statement, index, utf8.AsSpan(0, length));
                ArrayPool<byte>.Shared.Return(utf8);
                return result;
            default:
                // A span of no length would be bound as null.
                return raw.sqlite3_bind_text(statement, index, "");
        }
    }

    /// <summary>True when there is a row.</summary>
    private bool Step(sqlite3_stmt statement)
    {
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        Check(result == raw.SQLITE_DONE ? raw.SQLITE_OK : result);
        return false;
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(result, Handle);
        }
    }
}
