using VideoExpress.Tests.Integration.Commands;

namespace VideoExpress.Tests.Durability;

/// <summary>A server and its data are lost while it works; from the backup that another process took meanwhile, everything goes on.</summary>
[Collection(nameof(Durability))]
public sealed class RestoreTests
{
    [Fact]
    public async Task BackedUpAtWork_KilledAndWiped_TheJobEndsAfterTheRestore_OnItsOneAttempt_AndWhatWasDonePlays()
    {
        await using var server = new KillableServer();
        await server.StartAsync();
        var done = await server.PostAsync("/jobs", """{"type":"RENDER","params":{"prompt":"a red fox","duration":1,"resolution":"480p"}}""");
        await server.UntilAsync($"select count(*) from jobs where job_id = '{done}' and status = 'SUCCEEDED'", "the first job's end");
        var url = (await server.GetAsync(done)).GetProperty("output_urls")[0].GetString();
        var video = await server.Http.GetByteArrayAsync(url);
        var atWork = await server.PostAsync("/jobs", """{"type":"RENDER","params":{"prompt":"a lighthouse","duration":10,"resolution":"480p"}}""");
        await server.UntilAsync($"select count(*) from jobs where job_id = '{atWork}' and phase = 'generating'", "the second job at work");
        using var folder = new TempFolder();

        var backup = await CommandAsync("backup", folder.File("backup"), "--data", server.Data);
        Assert.True(backup.ExitCode == 0, backup.Output + backup.Errors);
        await server.KillAsync();
        Directory.Delete(server.Data, recursive: true);
        var restore = await CommandAsync("restore", folder.File("backup"), "--data", server.Data);
        Assert.True(restore.ExitCode == 0, restore.Output + restore.Errors);
        Assert.Equal("RUNNING", server.Read<string>($"select status from jobs where job_id = '{atWork}'"));
        await server.StartAsync();

        await server.UntilAsync($"select count(*) from jobs where job_id = '{atWork}' and status not in ('QUEUED', 'RUNNING')", "the second job's end");
        Assert.Equal("SUCCEEDED", server.Read<string>($"select status from jobs where job_id = '{atWork}'"));
        Assert.Equal((2L, 2L), (server.Read<long>("select count(*) from attempts"), server.Read<long>("select count(*) from gpu_requests")));
        Assert.Equal(video, await server.Http.GetByteArrayAsync(url));
    }

    private static async Task<CommandRun> CommandAsync(params string[] arguments)
    {
        using var process = CommandRun.Start(null, arguments);
        return await CommandRun.EndOfAsync(process);
    }
}
