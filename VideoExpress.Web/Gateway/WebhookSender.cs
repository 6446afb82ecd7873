using System.Net.Http.Headers;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// Calls webhooks beside everything else: each for 10 seconds at most, 16 at once, so that receivers which do not answer cost the gateway
/// nothing. Only a 2xx counts as heard; a redirect is not followed.
/// </summary>
internal sealed partial class WebhookSender(Webhooks webhooks, GatewaySignals signals, TimeProvider time, ILogger<WebhookSender> log)
    : BackgroundService
{
    private const int AtOnce = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Task> _underWay = [];

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = Patience / 2,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <inheritdoc />
    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var moved = signals.RequestMoved.Next;
                Begin(stoppingToken);
                await Task.WhenAny([moved, Task.Delay(Look, time, stoppingToken), .. _underWay.Values]);
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; what is not heard yet is called by its next start.
            await Task.WhenAll(_underWay.Values);
        }
    }

    private void Begin(CancellationToken cancellationToken)
    {
        foreach (var (id, _) in _underWay.Where(call => call.Value.IsCompleted).ToList())
        {
            _underWay.Remove(id);
        }

        try
        {
            // A call under way is still due in the table.
            foreach (var call in webhooks.Due(AtOnce).Where(call => !_underWay.ContainsKey(call.RequestId)).Take(AtOnce - _underWay.Count).ToList())
            {
                _underWay.Add(call.RequestId, Task.Run(() => CallAsync(call, cancellationToken), CancellationToken.None));
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogOutOfOrder(e);
        }
    }

    private async Task CallAsync(WebhookCall call, CancellationToken cancellationToken)
    {
        try
        {
            var isHeard = webhooks.BodyOf(call) is not { } body || await IsHeardAsync(call, body, cancellationToken);
            webhooks.Settle(call, isHeard);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops: no try was made.
        }
        catch (Exception e)
        {
            // It is due again at once.
            LogOutOfOrder(e);
            await Task.Delay(Look, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsHeardAsync(WebhookCall call, byte[] body, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, call.Url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end.Token);
            if (!answer.IsSuccessStatusCode)
            {
                LogNotHeard(call.RequestId, $"HTTP {(int)answer.StatusCode}", call.TriesLeft - 1);
            }

            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UriFormatException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            // The URL may hold a secret and is not logged.
            LogNotHeard(call.RequestId, e is OperationCanceledException ? "no answer within 10 seconds" : e.Message, call.TriesLeft - 1);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The webhook of request {RequestId} was not heard: {Reason}; tries left: {TriesLeft}")]
    private partial void LogNotHeard(string requestId, string reason, long triesLeft);

    [LoggerMessage(LogLevel.Error, "Webhooks are out of order; tried again in a second")]
    private partial void LogOutOfOrder(Exception exception);
}
