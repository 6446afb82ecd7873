using Hangfire.Common;
using Hangfire.Storage;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage.Model;

/// <summary>One call of a write transaction. What it does to the model happens at the commit, in the order of the calls.</summary>
internal abstract record Write
{
    /// <summary>Calls the transaction; returns what the model must do if it is committed.</summary>
    public abstract Action Apply(World world, JobStorageTransaction transaction);
}

internal sealed record NewJob(string? State, string? Queue, int ExpireMinutes, string Parameter) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        var (model, parameters) = (world.Model, new Dictionary<string, string?> { ["first"] = Parameter });
        var (createdAt, expireIn) = (model.Now, TimeSpan.FromMinutes(ExpireMinutes));
        var id = transaction.CreateJob(Job.FromExpression(() => Work.Run("x")), parameters, createdAt, expireIn);
        if (State is not null)
        {
            transaction.SetJobState(id, new PlainState(State) { Reason = "new" });
        }

        if (Queue is not null)
        {
            transaction.AddToQueue(Queue, id);
        }

        return () =>
        {
            var job = new ModelJob(id, createdAt + expireIn) { Parameters = parameters };
            model.Jobs.Add(job);
            if (State is not null)
            {
                model.SetState(job, new ModelState(State, "new"));
            }

            if (Queue is not null)
            {
                model.Enqueue(Queue, id);
            }
        };
    }
}

/// <summary>A write to a job that exists when it is called; nothing where there is none.</summary>
internal abstract record JobWrite(int Job) : Write
{
    public sealed override Action Apply(World world, JobStorageTransaction transaction)
    {
        if (world.Model.Job(Job) is not { } job)
        {
            return () => { };
        }

        Call(job.Id, transaction);
        var calledAt = world.Model.Now;
        return () => Change(job, world.Model, calledAt);
    }

    protected abstract void Call(string id, JobStorageTransaction transaction);

    protected abstract void Change(ModelJob job, ModelStorage model, DateTime calledAt);
}

internal sealed record SetState(int Job, string State, string Reason) : JobWrite(Job)
{
    protected override void Call(string id, JobStorageTransaction transaction) =>
        transaction.SetJobState(id, new PlainState(State) { Reason = Reason });

    protected override void Change(ModelJob job, ModelStorage model, DateTime calledAt) =>
        model.SetState(job, new ModelState(State, Reason));
}

internal sealed record AddState(int Job, string State, string Reason) : JobWrite(Job)
{
    protected override void Call(string id, JobStorageTransaction transaction) =>
        transaction.AddJobState(id, new PlainState(State) { Reason = Reason });

    protected override void Change(ModelJob job, ModelStorage model, DateTime calledAt)
    {
        if (!job.IsGone)
        {
            job.History.Add(new ModelState(State, Reason));
        }
    }
}

internal sealed record SetParameter(int Job, string Name, string? Value) : JobWrite(Job)
{
    protected override void Call(string id, JobStorageTransaction transaction) =>
        transaction.SetJobParameter(id, Name, Value!);

    protected override void Change(ModelJob job, ModelStorage model, DateTime calledAt) => job.Parameters[Name] = Value;
}

internal sealed record ExpireJob(int Job, int? Minutes) : JobWrite(Job)
{
    protected override void Call(string id, JobStorageTransaction transaction)
    {
        if (Minutes is { } minutes)
        {
            transaction.ExpireJob(id, TimeSpan.FromMinutes(minutes));
        }
        else
        {
            transaction.PersistJob(id);
        }
    }

    protected override void Change(ModelJob job, ModelStorage model, DateTime calledAt) =>
        job.ExpireAt = Minutes is { } minutes ? calledAt.AddMinutes(minutes) : null;
}

internal sealed record Enqueue(int Job, string Queue) : JobWrite(Job)
{
    protected override void Call(string id, JobStorageTransaction transaction) => transaction.AddToQueue(Queue, id);

    protected override void Change(ModelJob job, ModelStorage model, DateTime calledAt) => model.Enqueue(Queue, job.Id);
}

/// <summary>Takes a fetched job off its queue in the transaction; if that is not committed, the job is still fetched.</summary>
internal sealed record Acknowledge(int Nth) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        if (world.Fetched.Count == 0)
        {
            return () => { };
        }

        var fetched = world.Fetched[Nth % world.Fetched.Count];
        transaction.RemoveFromQueue(fetched.Job);
        return () =>
        {
            world.Model.Queue.Remove(fetched.Row);
            world.Fetched.Remove(fetched);
        };
    }
}
