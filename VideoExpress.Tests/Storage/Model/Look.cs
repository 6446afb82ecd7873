using Hangfire.Storage;

namespace VideoExpress.Tests.Storage.Model;

/// <summary>Compares all that the storage answers with the model.</summary>
internal sealed record Look : Step
{
    public override void Run(World world)
    {
        var (connection, model) = (world.Connection, world.Model);
        foreach (var job in model.Jobs)
        {
            CompareJob(world, job);
        }

        foreach (var key in Cases.Keys)
        {
            CompareSet(connection, model, key);
            CompareList(connection, model, key);
            var hash = model.Hashes.GetValueOrDefault(key);
            Assert.Equal(hash?.Value.OrderBy(NameOf), connection.GetAllEntriesFromHash(key)?.OrderBy(NameOf)!, Comparer);
            Assert.Equal(Ttl(model, hash?.ExpireAt), connection.GetHashTtl(key));
            Assert.Equal(model.Counters.GetValueOrDefault(key)?.Value ?? 0, connection.GetCounter(key));
        }

        CompareMonitor((JobStorageMonitor)world.Storage.GetMonitoringApi(), model);
    }

    private static readonly IEqualityComparer<KeyValuePair<string, string?>> Comparer =
        EqualityComparer<KeyValuePair<string, string?>>.Default;

    private static void CompareJob(World world, ModelJob job)
    {
        var data = world.Connection.GetJobData(job.Id);
        var state = world.Connection.GetStateData(job.Id);
        var details = world.Storage.GetMonitoringApi().JobDetails(job.Id);
        if (job.IsGone)
        {
            Assert.Null(data);
            Assert.Null(state);
            Assert.Null(details);
            return;
        }

        Assert.Equal(job.State?.Name, data!.State);
        Assert.Equal(job.State, state is null ? null : new ModelState(state.Name, state.Reason));
        Assert.Equal(job.Parameters.OrderBy(NameOf), data.ParametersSnapshot.OrderBy(NameOf)!, Comparer);
        Assert.Equal(
            job.History.AsEnumerable().Reverse(), details.History.Select(entry => new ModelState(entry.StateName, entry.Reason)));
    }

    private static string NameOf(KeyValuePair<string, string?> entry) => entry.Key;

    private static void CompareSet(JobStorageConnection connection, ModelStorage model, string key)
    {
        var set = model.Sets.GetValueOrDefault(key);
        var items = (set?.Value ?? []).OrderBy(item => item.Score).ThenBy(item => item.Order).ToList();
        var values = items.Select(item => item.Value).ToList();
        Assert.Equal(values, connection.GetRangeFromSet(key, 0, int.MaxValue));
        Assert.Equal(values.Skip(1).Take(2), connection.GetRangeFromSet(key, 1, 2));
        Assert.Equal(
            items.Where(item => item.Score is >= 0 and <= 1.5).Select(item => item.Value).Take(2),
            connection.GetFirstByLowestScoreFromSet(key, 0, 1.5, 2));
        Assert.Equal(values.Order(), connection.GetAllItemsFromSet(key).Order());
        Assert.Equal(values.Count, connection.GetSetCount(key));
        Assert.Equal(values.Contains("a"), connection.GetSetContains(key, "a"));
        Assert.Equal(Ttl(model, set?.ExpireAt), connection.GetSetTtl(key));
    }

    private static void CompareList(JobStorageConnection connection, ModelStorage model, string key)
    {
        var list = model.Lists.GetValueOrDefault(key);
        var values = (list?.Value ?? []).AsEnumerable().Reverse().ToList();
        Assert.Equal(values, connection.GetAllItemsFromList(key));
        Assert.Equal(values.Skip(1).Take(2), connection.GetRangeFromList(key, 1, 2));
        Assert.Equal(values.Count, connection.GetListCount(key));
        Assert.Equal(Ttl(model, list?.ExpireAt), connection.GetListTtl(key));
    }

    private static void CompareMonitor(JobStorageMonitor monitor, ModelStorage model)
    {
        var statistics = monitor.GetStatistics();
        Assert.Equal(model.Servers.Keys.Order(), monitor.Servers().Select(server => server.Name).Order());
        Assert.Equal(InState("Enqueued"), statistics.Enqueued);
        Assert.Equal(InState("Processing"), statistics.Processing);
        Assert.Equal(InState("Failed"), statistics.Failed);
        Assert.Equal(InState("Succeeded"), monitor.SucceededListCount());
        foreach (var queue in Cases.Queues)
        {
            var rows = model.Queue.Where(row => row.Queue == queue).ToLookup(row => row.IsTaken);
            Assert.Equal(rows[false].Count(), monitor.EnqueuedCount(queue));
            Assert.Equal(rows[true].Count(), monitor.FetchedCount(queue));
        }

        long InState(string name) => model.Jobs.LongCount(job => !job.IsGone && job.State?.Name == name);
    }

    private static TimeSpan Ttl(ModelStorage model, DateTime? expireAt) =>
        expireAt is not { } at ? TimeSpan.FromSeconds(-1) : at < model.Now ? TimeSpan.Zero : at - model.Now;
}
