using Hangfire.Storage;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage.Model;

internal enum Ending
{
    Commit,

    /// <summary>Disposed of without a commit.</summary>
    Abandon,

    /// <summary>Committed with an enlisted command that throws.</summary>
    Fail,
}

/// <summary>A transaction on a connection, or, as part of <see cref="InUnit"/>, on that of a unit of work.</summary>
internal sealed record InTransaction(Write[] Writes, Ending Ending) : Step
{
    public override void Run(World world)
    {
        foreach (var change in Run(world, world.Connection))
        {
            change();
        }
    }

    public List<Action> Run(World world, JobStorageConnection connection)
    {
        using var transaction = (SQLiteStorageTransaction)connection.CreateWriteTransaction();
        var changes = Writes.Select(write => write.Apply(world, transaction)).ToList();
        switch (Ending)
        {
            case Ending.Commit:
                transaction.Commit();
                return changes;
            case Ending.Fail:
                transaction.Enlist(_ => throw new NotSupportedException());
                Assert.Throws<NotSupportedException>(transaction.Commit);
                return [];
            default:
                return [];
        }
    }

    public override string ToString() => $"InTransaction({Ending}: {string.Join(", ", Writes.AsEnumerable())})";
}

/// <summary>
/// Several transactions in one unit of work; those that fail leave the others alone, and without a commit nothing has happened.
/// </summary>
internal sealed record InUnit(InTransaction[] Parts, bool Commits) : Step
{
    public override void Run(World world)
    {
        var (changes, committed) = (new List<Action>(), false);
        using (var unit = world.Storage.BeginUnitOfWork())
        {
            unit.OnCommitted(() => committed = true);
            foreach (var part in Parts)
            {
                changes.AddRange(part.Run(world, unit.StorageConnection));
            }

            if (Commits)
            {
                unit.Commit();
                changes.ForEach(change => change());
            }
        }

        Assert.Equal(Commits, committed);
    }

    public override string ToString() => $"InUnit({(Commits ? "Commit" : "Abandon")}: {string.Join(", ", Parts.AsEnumerable())})";
}

/// <summary>Begins a transaction on a connection that goes on with other things; it is committed by <see cref="End"/>, or never.</summary>
internal sealed record Begin(int Connection, Write[] Writes) : Step
{
    public override void Run(World world)
    {
        var transaction = (SQLiteStorageTransaction)world.ConnectionOf(Connection).CreateWriteTransaction();
        world.Begun.Add((transaction, Writes.Select(write => write.Apply(world, transaction)).ToList()));
    }

    public override string ToString() => $"Begin({Connection}: {string.Join(", ", Writes.AsEnumerable())})";
}

internal sealed record End(int Nth) : Step
{
    public override void Run(World world)
    {
        if (world.Begun.Count == 0)
        {
            return;
        }

        var begun = world.Begun[Nth % world.Begun.Count];
        world.Begun.Remove(begun);
        using (begun.Transaction)
        {
            begun.Transaction.Commit();
            begun.Changes.ForEach(change => change());
        }
    }
}
