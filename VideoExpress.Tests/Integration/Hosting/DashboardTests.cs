using System.Net;
using System.Text.RegularExpressions;
using Hangfire;
using Hangfire.InMemory;
using Microsoft.Extensions.DependencyInjection;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed partial class DashboardTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private JobStorage _storage = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync(adjust: services => services.AddSingleton<JobStorage>(_ => new InMemoryStorage()));
        _storage = _server.App.Services.GetRequiredService<JobStorage>();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Button_WithoutItsToken_DoesNothing()
    {
        var client = new BackgroundJobClient(_storage);
        var job = client.Schedule<PollStep>(step => step.Run(Guid.Empty), TimeSpan.FromDays(1));
        var form = new Dictionary<string, string> { ["jobs[]"] = job };

        using var forged = await _server.Http.PostAsync("/hangfire/jobs/scheduled/delete", new FormUrlEncodedContent(form));

        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        Assert.Equal("Scheduled", _storage.GetMonitoringApi().JobDetails(job).History[0].StateName);

        var page = await _server.Http.GetStringAsync("/hangfire/jobs/scheduled");
        _server.Http.DefaultRequestHeaders.Add("RequestVerificationToken", Token().Match(page).Groups[1].Value);
        using var pressed = await _server.Http.PostAsync("/hangfire/jobs/scheduled/delete", new FormUrlEncodedContent(form));

        Assert.Equal(HttpStatusCode.NoContent, pressed.StatusCode);
        Assert.Equal("Deleted", _storage.GetMonitoringApi().JobDetails(job).History[0].StateName);
    }

    [GeneratedRegex("name=\"csrf-token\" content=\"([^\"]+)\"")]
    private static partial Regex Token();

    public sealed class PollStep
    {
        private readonly List<Guid> _jobs = [];

        public void Run(Guid jobId) => _jobs.Add(jobId);
    }
}
