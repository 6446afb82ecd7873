using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Integration.Gateway;
using VideoExpress.Tests.Integration.Hosting;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>The real server in this process, driven through its API; the test is the worker, so that it decides when what happens.</summary>
internal sealed class ChainHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly RunningServer _server;

    private ChainHost(RunningServer server) => _server = server;

    public HttpClient Http => _server.Http;

    public SQLiteStorage Storage => _server.App.Services.GetRequiredService<SQLiteStorage>();

    public JobDesk Desk => _server.App.Services.GetRequiredService<JobDesk>();

    public string LogText => _server.LogText;

    public IServiceProvider Services => _server.App.Services;

    public static Task<ChainHost> StartAsync(params string[] options) => StartAsync(TimeProvider.System, options);

    /// <summary>As above, by another clock than the system's.</summary>
    public static async Task<ChainHost> StartAsync(TimeProvider time, params string[] options) => new(await RunningServer.StartAsync(
        ["--RunPod:PollInterval", "00:00:00.100", "--Gateway:HoldTime", "00:00:02", .. options], adjust: services => services.AddSingleton(time)));

    public TestWorker Worker(string id = "w1") => new(new HttpWorker(
        Http, Services.GetRequiredService<GatewayAddress>().Endpoint!, Services.GetRequiredService<GatewayKeys>().Worker, id));

    public async Task<Guid> PostAsync(string path, string body)
    {
        using var answer = await Http.PostAsync(path, new StringContent(body, null, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return Guid.Parse(JsonNode.Parse(text)!["job_id"]!.GetValue<string>());
    }

    public Task<Guid> RenderAsync(string extra = "") =>
        PostAsync("/jobs", $$"""{"type":"RENDER","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"{{extra}}} }""");

    public Task<JsonElement> GetAsync(Guid jobId) => Http.GetFromJsonAsync<JsonElement>($"/jobs/{jobId}");

    /// <summary>Waits until the job is as wanted; fails with its last state when it never is.</summary>
    public async Task<Job> UntilAsync(Guid jobId, Func<Job, bool> wanted)
    {
        using var deadline = new CancellationTokenSource(Patience);
        Job? job = null;
        while (!deadline.IsCancellationRequested)
        {
            job = Desk.Find(jobId)!.Value.Job;
            if (wanted(job))
            {
                return job;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }

        throw new TimeoutException($"Job {jobId} is {job!.Status} in step {job.Step}, {job.Phase}, {job.Progress} %: {job.Error}");
    }

    public Task<Job> UntilOverAsync(Guid jobId) => UntilAsync(jobId, job => job.Status.IsTerminal());

    public async Task<Job> UntilSucceededAsync(Guid jobId)
    {
        var job = await UntilOverAsync(jobId);
        Assert.True(job.Status == JobStatus.Succeeded, $"{job.Status}: {job.Error}\n{_server.LogText}");
        return job;
    }

    public T Read<T>(Func<Db, T> query) => Storage.Read(connection => query(connection));

    public void Write(Action<Db> write)
    {
        using var unitOfWork = Storage.BeginUnitOfWork();
        write(unitOfWork);
        unitOfWork.Commit();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
