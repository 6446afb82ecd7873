using System.Text;
using System.Text.Json.Nodes;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Provider;

/// <summary>Posts a finished request's status with its <c>input</c> and <c>webhook</c> to the webhook: three tries, then it is gone.</summary>
internal sealed class WebhookSender(ProviderClock clock, ProviderPace pace) : IDisposable
{
    private const int Tries = 3;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private int _delivered;

    /// <summary>How many were answered with success.</summary>
    public int Delivered => _delivered;

    public async Task SendAsync(ProviderRequest request, CancellationToken closing)
    {
        if (request.Webhook is not { } url || request.Behaviour.Webhook == WebhookLie.Never)
        {
            return;
        }

        if (request.Behaviour.Webhook == WebhookLie.Late)
        {
            await clock.DelayAsync(pace.Lateness, closing);
        }

        var body = request.ToAnswer();
        (body["input"], body["webhook"]) = (request.Input.DeepClone(), url.OriginalString);
        await SendAsync(url, body, closing);
        if (request.Behaviour.Webhook == WebhookLie.Twice)
        {
            await SendAsync(url, body, closing);
        }

        if (request.Behaviour.Webhook == WebhookLie.OutOfOrder)
        {
            var older = body.DeepClone().AsObject();
            (older["status"], older["output"]) = (RunPodStates.InProgress, new JsonObject { ["progress"] = 40 });
            await SendAsync(url, older, closing);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task SendAsync(Uri url, JsonObject body, CancellationToken closing)
    {
        for (var number = 1; number <= Tries; number++)
        {
            try
            {
                using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                using var answer = await _http.PostAsync(url, content, closing);
                if (answer.IsSuccessStatusCode)
                {
                    Interlocked.Increment(ref _delivered);
                    return;
                }
            }
            catch (Exception missed) when (missed is HttpRequestException or OperationCanceledException && !closing.IsCancellationRequested)
            {
                // The receiver is down or slow: the next try.
            }

            await clock.DelayAsync(pace.WebhookPause, closing);
        }
    }
}
