using Dapper;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Data;

/// <summary>A connection and the transaction open on it, if any: what a query needs, whoever opened it.</summary>
internal readonly record struct Db(SqliteConnection Connection, SqliteTransaction? Transaction = null)
{
    static Db() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    public static implicit operator Db(SQLiteUnitOfWork unitOfWork) => new(unitOfWork.Connection, unitOfWork.Transaction);

    public static implicit operator Db(SqliteConnection connection) => new(connection);

    public int Execute(string sql, object? parameters = null) => Connection.Execute(sql, parameters, Transaction);

    public T? Scalar<T>(string sql, object? parameters = null) => Connection.ExecuteScalar<T>(sql, parameters, Transaction);

    public T? Find<T>(string sql, object? parameters = null) => Connection.QueryFirstOrDefault<T>(sql, parameters, Transaction);

    public List<T> List<T>(string sql, object? parameters = null) => Connection.Query<T>(sql, parameters, Transaction).AsList();
}

/// <summary>Writes of a line or two.</summary>
internal static class Writes
{
    /// <summary>One durable commit of its own.</summary>
    public static void Write(this SQLiteStorage storage, Action<Db> write)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        write(unitOfWork);
        unitOfWork.Commit();
    }
}
