using VideoExpress.Jobs.Gpu;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

internal static class ClientExtensions
{
    private static int _attempts;

    /// <summary>Submits a new attempt, or the one named, and returns its request's id.</summary>
    public static async Task<string> AcceptedAsync(this RunPodClient client, string? attemptId = null, Func<GpuRequest, GpuRequest>? with = null)
    {
        var request = ARunPodClient.Request(attemptId ?? $"attempt-{Interlocked.Increment(ref _attempts)}") with { Webhook = null };
        return Assert.IsType<SubmitResult.Accepted>(await client.SubmitAsync(with?.Invoke(request) ?? request, default)).RequestId;
    }
}
