using System.Security.Cryptography;

namespace VideoExpress.Tests.Durability;

/// <summary>The server's process is killed with -9 at the worst moments; every accepted job still ends once, and nothing is bought twice.</summary>
[Collection(nameof(Durability))]
public sealed class KillTests
{
    private const string Captioned =
        """{"type":"RENDER","params":{"prompt":"a lighthouse in a storm","duration":1,"resolution":"480p","captions":[{"text":"Hello","start":0,"end":1}]}}""";

    private const string Plain = """{"type":"RENDER","params":{"prompt":"a red fox in the snow","duration":1,"resolution":"480p"}}""";

    [Theory]
    [InlineData(0, "Submit")]
    [InlineData(1, "Poll")]
    [InlineData(2, "Upload")]
    [InlineData(3, "Stitch")]
    [InlineData(4, "Upload")]
    public async Task KilledInAStep_TheJobFinishesOnce_AndOneAttemptIsCharged(int ordinal, string step)
    {
        await using var server = new KillableServer();
        await server.StartAsync();
        var jobId = await server.PostAsync("/jobs", Captioned);
        while (!await KilledAtWorkAsync(server, jobId, ordinal, step))
        {
            // It was quicker than the kill: all the same it must end well, and the next one is tried.
            await server.StartAsync();
            await AssertSucceededAsync(server, jobId);
            Assert.True(server.Read<long>("select count(*) from jobs") < 6, $"{step} is always quicker than the kill.");
            jobId = await server.PostAsync("/jobs", Captioned);
        }

        await server.StartAsync();

        await AssertSucceededAsync(server, jobId);
        AssertPaidOnce(server);
        Assert.Equal(1, server.Read<long>($"select count(*) from events where job_id = '{jobId}' and type = 'succeeded'"));
    }

    [Fact]
    public async Task KilledBetweenTheEndsOfTwoDependencies_TheExportIsMadeOfBoth()
    {
        await using var server = new KillableServer();
        await server.StartAsync();
        var first = await server.PostAsync("/jobs", Plain);
        var second = await server.PostAsync("/jobs", Captioned.Replace("\"duration\":1", "\"duration\":5", StringComparison.Ordinal));
        var export = await server.PostAsync(
            "/timeline/stitch", $$$"""{"clips":[{"url":{"job":"{{{first}}}"}},{"url":{"job":"{{{second}}}"}}],"captions":[{"text":"Both","start":0,"end":1}]}""");
        await server.UntilAsync($"select count(*) from jobs where job_id in ('{first}', '{second}') and status = 'SUCCEEDED'", "one dependency's end");

        await server.KillAsync();
        Assert.Equal("QUEUED", server.Read<string>($"select status from jobs where job_id = '{export}'"));
        Assert.Equal(1, server.Read<long>("select count(*) from jobs where status = 'SUCCEEDED'"));
        await server.StartAsync();

        await AssertSucceededAsync(server, export);
        AssertPaidOnce(server);
        Assert.Equal(6, (await server.GetAsync(export)).GetProperty("outputs")[0].GetProperty("duration").GetDouble(), precision: 1);
    }

    [Fact]
    public async Task KilledAtRandom_AgainAndAgain_EveryJobEndsOnce()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var server = new KillableServer();
        await server.StartAsync();
        var jobs = new List<Guid>();
        for (var round = 0; round < 4; round++)
        {
            jobs.Add(await server.PostAsync("/jobs", round % 2 == 0 ? Plain : Captioned));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(100, 3000)), TimeProvider.System, CancellationToken.None);
            await server.KillAsync();
            await server.StartAsync();
        }

        foreach (var jobId in jobs)
        {
            await AssertSucceededAsync(server, jobId, $"seed {seed}");
        }

        Assert.Equal(jobs.Count, server.Read<long>("select count(*) from attempts"));
        Assert.Equal(jobs.Count, server.Read<long>("select count(*) from gpu_requests"));
        Assert.Equal(jobs.Count, server.Read<long>("select count(*) from events where type = 'succeeded'"));
        Assert.Equal(0, server.Read<long>("select count(*) from jobs j where rev <> (select count(*) from events e where e.job_id = j.job_id)"));
    }

    /// <summary>Kills the server once it is seen at work in the step; true when the job is still there.</summary>
    private static async Task<bool> KilledAtWorkAsync(KillableServer server, Guid jobId, int ordinal, string step)
    {
        await server.UntilAsync(
            $"""
            select count(*) from jobs j
            join steps s on s.job_id = j.job_id and s.ordinal = j.step
            join hangfire_job h on h.id = s.hangfire_id
            where j.job_id = '{jobId}' and (j.step > {ordinal} or (j.step = {ordinal} and s.name = '{step}' and h.state = 'Processing'))
            """,
            $"{step} at work");
        await server.KillAsync();
        return server.Read<long>($"select step from jobs where job_id = '{jobId}'") == ordinal
            && server.Read<string>($"select status from jobs where job_id = '{jobId}'") == "RUNNING";
    }

    private static async Task AssertSucceededAsync(KillableServer server, Guid jobId, string hint = "")
    {
        await server.UntilAsync(
            $"select count(*) from jobs where job_id = '{jobId}' and status in ('SUCCEEDED', 'FAILED', 'CANCELED')", $"the end of {jobId} {hint}");
        var job = await server.GetAsync(jobId);
        Assert.True(job.GetProperty("status").GetString() == "SUCCEEDED", $"{hint} {job}\n{server.Log()}");
        foreach (var output in job.GetProperty("outputs").EnumerateArray())
        {
            var bytes = await server.Http.GetByteArrayAsync(output.GetProperty("url").GetString());
            Assert.Equal(output.GetProperty("bytes").GetInt64(), bytes.Length);
            Assert.Equal(output.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }

        await server.UntilAsync(() => !Directory.Exists(Path.Combine(server.Data, "work", jobId.ToString())), "the end of its scratch files");
    }

    /// <summary>One attempt a job; its request was handed out once more at most.</summary>
    private static void AssertPaidOnce(KillableServer server)
    {
        Assert.Equal(0, server.Read<long>("select count(*) from attempts where number > 1"));
        Assert.Equal(server.Read<long>("select count(*) from attempts"), server.Read<long>("select count(*) from gpu_requests"));
        Assert.Equal(0, server.Read<long>("select count(*) from gpu_requests where retries > 1"));
    }
}

/// <summary>Processes with workers of their own run one after another: the machine is small.</summary>
[CollectionDefinition(nameof(Durability), DisableParallelization = true)]
public sealed class Durability;
