using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>The real server with a provider that lies where the test says.</summary>
public abstract class LyingProviderTests : IAsyncLifetime
{
    protected const string LongWait = "01:00:00";
    protected const string ShortWait = "00:00:00.500";

    private protected LyingProvider Provider { get; private set; } = null!;

    private protected ChainHost Host { get; private set; } = null!;

    /// <summary>The server's clock.</summary>
    private protected JumpingClock Clock { get; } = new();

    public async Task InitializeAsync() => Provider = await LyingProvider.StartAsync();

    public async Task DisposeAsync()
    {
        if (Host is not null)
        {
            await Host.DisposeAsync();
        }

        await Provider.DisposeAsync();
    }

    private protected async Task<Guid> RenderAsync(string unknownFateWait, params string[] options)
    {
        await StartAsync(unknownFateWait, options);
        return await PostAsync();
    }

    /// <summary>A job whose request was accepted two minutes ago and waits in the provider's queue.</summary>
    private protected async Task<(Guid JobId, TakenRequest Request)> InFlightAsync(string unknownFateWait)
    {
        var jobId = await RenderAsync(unknownFateWait);
        await Host.UntilAsync(jobId, job => job is { Step: 1, Phase: JobPhase.InGpuQueue });
        Backdate("created_at", TimeSpan.FromMinutes(2));
        return (jobId, await Provider.AcceptedAsync(1));
    }

    private protected async Task StartAsync(string unknownFateWait, params string[] options) => Host = await ChainHost.StartAsync(
        Clock,
        ["--RunPod:Endpoint", Provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", "k", "--RunPod:UnknownFateWait", unknownFateWait, .. options]);

    private protected Task<Guid> PostAsync() => Host.PostAsync(
        "/jobs", """{"type":"RENDER","quality":"final","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"} }""");

    /// <summary>The worker puts its files; the provider says so at the next look.</summary>
    private protected async Task FinishAsync(TakenRequest request)
    {
        var result = await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());
        Provider.OnStatus = taken => taken.Id == request.Id
            ? $$"""{"id":"{{request.Id}}","status":"COMPLETED","executionTime":1500,"output":{{result.ToJsonString()}} }"""
            : InQueue(taken);
    }

    private protected static string InQueue(TakenRequest request) => $$"""{"id":"{{request.Id}}","status":"IN_QUEUE"}""";

    /// <summary>Every attempt: its state, request and reason.</summary>
    private protected List<string> Ledger() => Host.Read(db => db.List<string>(
        "select state || ' ' || coalesce(request_id, '') || ' ' || coalesce(reason, '') from attempts order by number"));

    private protected (JobStatus Status, string? Phase) Stand(Guid jobId) =>
        Host.Desk.Find(jobId) is { Job: var job } ? (job.Status, job.Phase) : throw new InvalidOperationException("There is no such job.");

    private protected static async Task<bool> IsSupersededAsync(TakenRequest request)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(request.Input["result_get_url"]!.GetValue<string>());
        return answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync()).Contains("\"superseded\":true", StringComparison.Ordinal);
    }

    private protected void Backdate(string column, TimeSpan by) => Execute($"update attempts set {column} = {column} - {Micros.From(by)}");

    private protected void Execute(string sql)
    {
        using var unitOfWork = Host.Storage.BeginUnitOfWork();
        Assert.NotEqual(0, ((Db)unitOfWork).Execute(sql));
        unitOfWork.Commit();
    }

    private protected void Requeue(Guid jobId, int ordinal)
    {
        var client = (Hangfire.IBackgroundJobClient)Host.Services.GetService(typeof(Hangfire.IBackgroundJobClient))!;
        client.ChangeState(Host.Read(db => db.FindStep(jobId, ordinal))!.HangfireId, new Hangfire.States.EnqueuedState(), null);
    }
}
