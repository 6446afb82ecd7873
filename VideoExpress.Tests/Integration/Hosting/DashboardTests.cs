using System.Net;
using System.Text.RegularExpressions;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Tests.Integration.Chain;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed partial class DashboardTests : IAsyncLifetime
{
    private ChainHost _host = null!;

    public async Task InitializeAsync() => _host = await ChainHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Page_NamesStepsByJobAndStep_AndShowsIdsOnly()
    {
        var jobId = await _host.RenderAsync();

        var page = await _host.Http.GetStringAsync("/hangfire/jobs/awaiting");

        Assert.Contains($"RENDER {jobId.ToString()[..13]}", page, StringComparison.Ordinal);
        Assert.Contains("· Upload", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.DoesNotContain("lighthouse", page, StringComparison.Ordinal);
        var details = await _host.Http.GetStringAsync($"/hangfire/jobs/details/{_host.Read(db => db.FindStep(jobId, 0))!.HangfireId}");
        Assert.Contains(jobId.ToString(), details, StringComparison.Ordinal);
        Assert.DoesNotContain("lighthouse", details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeleteButton_WithoutItsToken_DoesNothing_AndWithIt_CancelsTheJob()
    {
        var jobId = await _host.RenderAsync();
        var awaiting = _host.Read(db => db.FindStep(jobId, 2))!.HangfireId;
        var form = new Dictionary<string, string> { ["jobs[]"] = awaiting };

        using var forged = await _host.Http.PostAsync("/hangfire/jobs/awaiting/delete", new FormUrlEncodedContent(form));

        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        Assert.False(_host.Desk.Find(jobId)!.Value.Job.Status.IsTerminal());

        var page = await _host.Http.GetStringAsync("/hangfire/jobs/awaiting");
        _host.Http.DefaultRequestHeaders.Add("RequestVerificationToken", Token().Match(page).Groups[1].Value);
        using var pressed = await _host.Http.PostAsync("/hangfire/jobs/awaiting/delete", new FormUrlEncodedContent(form));

        Assert.Equal(HttpStatusCode.NoContent, pressed.StatusCode);
        Assert.Equal(JobStatus.Canceled, _host.Desk.Find(jobId)!.Value.Job.Status);
    }

    [GeneratedRegex("name=\"csrf-token\" content=\"([^\"]+)\"")]
    private static partial Regex Token();
}
