using Hangfire.Server;
using Hangfire.Storage;

namespace VideoExpress.Tests.Storage.Model;

/// <summary>
/// Something done to the storage and to its model. A step that has nothing to work on does nothing, so any part of a case is one.
/// </summary>
internal abstract record Step
{
    public abstract void Run(World world);
}

/// <summary>What a connection writes without a transaction.</summary>
internal sealed record WriteAlone(int Job, string Name, string? Value) : Step
{
    public override void Run(World world)
    {
        world.Connection.SetRangeInHash(Name, [KeyValuePair.Create(Name, Value!)]);
        ModelStorage.Of(world.Model.Hashes, Name).Value[Name] = Value;
        if (world.Model.Job(Job) is { } job)
        {
            world.Connection.SetJobParameter(job.Id, Name, Value!);
            job.Parameters[Name] = Value;
        }
    }
}

/// <summary>A server, known from its announcement until it is silent for too long or the storage is opened again.</summary>
internal sealed record Announce(string Server) : Step
{
    public override void Run(World world)
    {
        world.Connection.AnnounceServer(Server, new ServerContext { Queues = Cases.Queues, WorkerCount = 1 });
        world.Model.Servers[Server] = world.Model.Now;
    }
}

internal sealed record Beat(string Server) : Step
{
    public override void Run(World world)
    {
        if (world.Model.Servers.ContainsKey(Server))
        {
            world.Connection.Heartbeat(Server);
            world.Model.Servers[Server] = world.Model.Now;
        }
        else
        {
            Assert.Throws<BackgroundServerGoneException>(() => world.Connection.Heartbeat(Server));
        }
    }
}

internal sealed record RemoveSilent(int Minutes) : Step
{
    public override void Run(World world)
    {
        var silent = world.Model.Servers
            .Where(server => server.Value < world.Model.Now.AddMinutes(-Minutes)).Select(server => server.Key).ToList();
        Assert.Equal(silent.Count, world.Connection.RemoveTimedOutServers(TimeSpan.FromMinutes(Minutes)));
        silent.ForEach(server => world.Model.Servers.Remove(server));
    }
}

internal sealed record Fetch(string[] Queues) : Step
{
    public override void Run(World world)
    {
        if (world.Model.Next(Queues) is { } row)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
            var fetched = world.Connection.FetchNextJob(Queues, patience.Token);
            Assert.Equal(row.JobId, fetched.JobId);
            row.IsTaken = true;
            world.Fetched.Add((fetched, row));
        }
        else
        {
            Assert.Throws<OperationCanceledException>(() => world.Connection.FetchNextJob(Queues, new CancellationToken(canceled: true)));
        }
    }

    public override string ToString() => $"Fetch({string.Join(", ", Queues)})";
}

/// <summary>Ends a fetch outside of a transaction.</summary>
internal sealed record EndFetch(int Nth, bool Requeue) : Step
{
    public override void Run(World world)
    {
        if (world.Fetched.Count == 0)
        {
            return;
        }

        var fetched = world.Fetched[Nth % world.Fetched.Count];
        world.Fetched.Remove(fetched);
        if (Requeue)
        {
            fetched.Job.Requeue();
            fetched.Row.IsTaken = false;
        }
        else
        {
            fetched.Job.RemoveFromQueue();
            world.Model.Queue.Remove(fetched.Row);
        }

        // Without effect, for it has ended.
        fetched.Job.Dispose();
    }
}

internal sealed record Lock(int Connection, string Resource) : Step
{
    public override void Run(World world)
    {
        var model = world.Model.Locks;
        if (model.TryGetValue(Resource, out var held) && held.Connection != Connection)
        {
            Assert.Throws<DistributedLockTimeoutException>(
                () => world.ConnectionOf(Connection).AcquireDistributedLock(Resource, TimeSpan.Zero));
            return;
        }

        world.Held.Add((Connection, Resource, world.ConnectionOf(Connection).AcquireDistributedLock(Resource, TimeSpan.Zero)));
        model[Resource] = (Connection, held.Depth + 1);
    }
}

internal sealed record Unlock(int Nth) : Step
{
    public override void Run(World world)
    {
        if (world.Held.Count == 0)
        {
            return;
        }

        var held = world.Held[Nth % world.Held.Count];
        world.Held.Remove(held);
        held.Lock.Dispose();
        held.Lock.Dispose();
        var (connection, depth) = world.Model.Locks[held.Resource];
        if (depth == 1)
        {
            world.Model.Locks.Remove(held.Resource);
        }
        else
        {
            world.Model.Locks[held.Resource] = (connection, depth - 1);
        }
    }
}

internal sealed record Reconnect(int Connection) : Step
{
    public override void Run(World world) => world.Reconnect(Connection);
}

internal sealed record Pass(int Minutes) : Step
{
    public override void Run(World world) => world.Pass(TimeSpan.FromMinutes(Minutes));
}

internal sealed record RemoveExpired : Step
{
    public override void Run(World world) => world.Expire();
}

internal sealed record Reopen : Step
{
    public override void Run(World world) => world.Reopen();
}
