using System.Text.Json.Nodes;
using VideoExpress.Tests.Integration.Chain;

namespace VideoExpress.Tests.Provider;

/// <summary>Each promise is broken once, and the checker says which.</summary>
public sealed class InvariantsTests : IAsyncLifetime
{
    private ProviderDouble _provider = null!;
    private ChainHost _host = null!;
    private Guid _jobId;
    private SubmittedJob _job = null!;

    private string Data => Path.GetDirectoryName(_host.Storage.Path)!;

    public async Task InitializeAsync()
    {
        _provider = await ProviderDouble.StartAsync();
        _host = await ChainHost.StartAsync("--RunPod:Endpoint", _provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", ProviderDouble.ApiKey);
        _jobId = await _host.RenderAsync();
        _job = new SubmittedJob(_jobId);
        await _host.UntilSucceededAsync(_jobId);
        Assert.Empty(await Invariants.SettledAsync(Look, TimeSpan.FromSeconds(5)));
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData("delete from jobs", nameof(Invariant.Accepted))]
    [InlineData("update jobs set status = 'RUNNING'", nameof(Invariant.OneEnd))]
    [InlineData("update jobs set status = 'CANCELED', phase = 'canceling'", nameof(Invariant.OneEnd))]
    [InlineData("update events set data = json_set(data, '$.status', 'FAILED') where rev = 3", nameof(Invariant.OneEnd))]
    [InlineData("update events set type = 'succeeded'", nameof(Invariant.DuplicateOutput))]
    [InlineData("update events set data = json_set(data, '$.progress', 99) where rev = 2", nameof(Invariant.Monotony))]
    [InlineData("delete from events where rev = 2", nameof(Invariant.Monotony))]
    [InlineData("update attempts set state = 'submitted'", nameof(Invariant.Ledger))]
    [InlineData("update attempts set request_id = 'another'", nameof(Invariant.Ledger))]
    [InlineData("update attempts set seconds = null", nameof(Invariant.Ledger))]
    [InlineData("delete from attempts", nameof(Invariant.Ledger))]
    [InlineData("update outputs set sha256 = 'other'", nameof(Invariant.Outputs))]
    [InlineData("delete from outputs", nameof(Invariant.Outputs))]
    [InlineData("update jobs set status = 'FAILED'", nameof(Invariant.LostResult))]
    public void ABrokenRow_IsFound(string sql, string broken)
    {
        _host.Write(db => db.Execute(sql));

        Assert.Contains(Invariants.Check(Look()), violation => violation.Invariant.ToString() == broken);
    }

    [Theory]
    [InlineData("work/left/film.mp4", nameof(Invariant.Orphan))]
    [InlineData("store/inbox/nobody/x/video.mp4", nameof(Invariant.Orphan))]
    [InlineData("store/jobs/JOB/export-2/video.mp4", nameof(Invariant.DuplicateOutput))]
    public void AFileTooMany_IsFound(string path, string broken)
    {
        path = Path.Combine(Data, path.Replace("JOB", $"{_jobId:D}", StringComparison.Ordinal));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "x");

        Assert.Contains(Invariants.Check(Look()), violation => violation.Invariant.ToString() == broken);
    }

    [Fact]
    public void AMissingFile_IsFound()
    {
        File.Delete(Directory.EnumerateFiles(Path.Combine(Data, "store", "jobs"), "video.mp4", SearchOption.AllDirectories).Single());

        Assert.Contains(Invariants.Check(Look()), violation => violation.Invariant == Invariant.Outputs);
    }

    [Fact]
    public void AnOutputOfACancelledJob_IsFound()
    {
        _job = _job with { CanceledAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1) };

        Assert.Contains(Invariants.Check(Look()), violation => violation.Invariant == Invariant.Cancel);
    }

    [Fact]
    public void ASecondCharge_IsFound_UnlessTheWorkWasLost()
    {
        var first = _provider.Till.All[0];
        Charge(_provider.Till, first.AttemptId, Misbehaviour.None);
        Assert.Contains(Invariants.Check(Look()), violation => violation.Invariant == Invariant.Charges);

        var till = new Till();
        Charge(till, first.AttemptId, new Misbehaviour { Vanishes = VanishingPoint.AfterClaim });
        Charge(till, first.AttemptId, Misbehaviour.None);
        Assert.DoesNotContain(Invariants.Check(new Aftermath(Data, till, [_job])), violation => violation.Invariant == Invariant.Charges);
    }

    [Fact]
    public void AFurtherAttemptWithoutAReason_IsFound()
    {
        _host.Write(db => db.Execute(
            """
            insert into attempts (attempt_id, job_id, step, number, state, endpoint, input_hash, created_at)
            select 'second', job_id, step, 2, 'canceled', endpoint, input_hash, created_at from attempts
            """));

        Assert.Contains(Invariants.Check(Look()), violation => violation is { Invariant: Invariant.Ledger } && violation.What.Contains("reason", StringComparison.Ordinal));
    }

    private Aftermath Look() => new(Data, _provider.Till, [_job]);

    private void Charge(Till till, Guid attemptId, Misbehaviour behaviour)
    {
        var input = new JsonObject { ["job_id"] = $"{_jobId:D}", ["attempt_id"] = $"{attemptId:D}" };
        using var request = new ProviderRequest($"{till.All.Count}", new JsonObject { ["input"] = input }, behaviour, TimeSpan.Zero);
        till.Open(request);
        till.Record(request, ChargeEnd.Finished, TimeSpan.FromSeconds(1));
    }
}
