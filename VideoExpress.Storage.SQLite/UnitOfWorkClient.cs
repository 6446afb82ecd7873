using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.States;

namespace VideoExpress.Storage.SQLite;

/// <summary>Hangfire's client over a unit of work, which brings all of Hangfire's extension methods with it.</summary>
internal sealed class UnitOfWorkClient(SQLiteStorage storage, SQLiteUnitOfWork unitOfWork) : IBackgroundJobClientV2
{
    public JobStorage Storage => storage;

    public string Create(Job job, IState state) => unitOfWork.Create(job, state);

    public string? Create(Job job, IState state, IDictionary<string, object>? parameters) =>
        storage.JobFactory.Create(new CreateContext(storage, unitOfWork.StorageConnection, job, state, parameters))?.Id;

    public bool ChangeState(string jobId, IState state, string? expectedState) =>
        unitOfWork.ChangeState(jobId, state, expectedState is null ? [] : [expectedState]);
}
