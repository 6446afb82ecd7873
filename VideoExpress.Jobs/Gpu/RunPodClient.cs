using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;
using RestSharp;

namespace VideoExpress.Jobs.Gpu;

/// <summary>
/// Speaks to one endpoint of RunPod, or of our own gateway, which has the same wire. Time limits: 5 s to connect, 30 s for a submission,
/// 15 s for each other call. Looks and cancels are repeated within 60 s; a submission never is, since RunPod knows no idempotency key and
/// every accepted one is charged. While the endpoint is out of order, all of them fail at once.
/// </summary>
public sealed partial class RunPodClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private const int MaxAnswerBytes = 32 << 20;

    private readonly RestClient _rest;
    private readonly string _apiKey;
    private readonly EndpointTraffic _traffic;
    private readonly ILogger<RunPodClient> _log;

    /// <summary>The only client of an endpoint and key in this process: RunPod's limits are kept for all who share it.</summary>
    /// <param name="handler">Its connections, from <see cref="CreateHandler"/>; not disposed here, so that clients may share it.</param>
    /// <param name="endpoint">Full URL, <c>https://api.runpod.ai/v2/ID</c>.</param>
    /// <param name="apiKey">Sent as a bearer; stands in no message and no log line.</param>
    /// <param name="time">For time limits and pauses.</param>
    /// <param name="log">Gets a line for each refused or repeated call.</param>
    public RunPodClient(HttpMessageHandler handler, Uri endpoint, string apiKey, TimeProvider time, ILogger<RunPodClient> log)
        : this(handler, endpoint, apiKey, new EndpointTraffic(time, log), log)
    {
    }

    internal RunPodClient(HttpMessageHandler handler, Uri endpoint, string apiKey, EndpointTraffic traffic, ILogger<RunPodClient> log)
    {
        (_apiKey, _traffic, _log) = (apiKey, traffic, log);
        _rest = new RestClient(
            new HttpClient(handler, disposeHandler: false) { MaxResponseContentBufferSize = MaxAnswerBytes },
            new RestClientOptions(endpoint) { FollowRedirects = false, UserAgent = "VideoExpress" },
            disposeHttpClient: true);
        _rest.AddDefaultHeader("Authorization", $"Bearer {apiKey}");
    }

    /// <summary>
    /// Connections as a client needs them: no redirects (one would turn a POST into a GET), no cookies, and none kept so long that the
    /// other side may have closed it while a submission is being written.
    /// </summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        ConnectTimeout = ConnectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>Submits once. Every outcome is a result; it throws only when cancelled before the first byte was sent.</summary>
    public async Task<SubmitResult> SubmitAsync(GpuRequest request, CancellationToken cancellationToken)
    {
        var policy = new RunPolicy((long)request.ExecutionTimeout.TotalMilliseconds, (long)request.TimeToLive.TotalMilliseconds);
        var body = JsonSerializer.Serialize(new RunBody(request.Input, policy, request.Webhook), RunPodJson.Default.RunBody);
        var mark = new SendMark();
        var call = new RestRequest("run", Method.Post) { Interceptors = [mark] }.AddStringBody(body, ContentType.Json);

        RestResponse response;
        try
        {
            await FindInOrderAsync(cancellationToken);
            response = await ExecuteAsync(_traffic.Submit, token => _rest.ExecuteAsync(call, token), cancellationToken);
        }
        catch (GpuException error) when (!mark.HasBegun)
        {
            return new SubmitResult.Refused(error.Message, error.CanHeal, error.RetryAfter);
        }

        if (!mark.HasBegun)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        var result = SubmitOutcome.Of(response, mark.HasBegun, _traffic.Time);
        if (result is not SubmitResult.Accepted)
        {
            LogNotAccepted((int)response.StatusCode, Excerpt(response), response.ErrorException);
        }

        return result;
    }

    /// <summary>Looks at a request.</summary>
    /// <exception cref="GpuException">The provider did not answer, or refused the key.</exception>
    public async Task<GpuStatus> GetStatusAsync(string requestId, CancellationToken cancellationToken)
    {
        var response = await SendAsync(_traffic.Look, Method.Get, "status/{id}", requestId, cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound
            ? new GpuStatus { RequestId = requestId, State = GpuState.NotFound }
            : Read(response, body => RunPodAnswers.RequestStatus(requestId, body));
    }

    /// <summary>Cancels a request; asking again is harmless.</summary>
    /// <exception cref="GpuException">The provider did not answer, or refused the key.</exception>
    public async Task<CancelResult> CancelAsync(string requestId, CancellationToken cancellationToken)
    {
        var response = await SendAsync(_traffic.Cancel, Method.Post, "cancel/{id}", requestId, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return CancelResult.UnknownId;
        }

        return Read(response, body => RunPodAnswers.Status(requestId, body)) switch
        {
            RunPodStates.Cancelled => CancelResult.Acknowledged,
            RunPodStates.Completed or RunPodStates.Failed or RunPodStates.TimedOut => CancelResult.AlreadyOver,
            _ => throw new GpuException("The GPU provider has not cancelled the request yet.", canHeal: true),
        };
    }

    /// <summary>Asks the endpoint for its account of itself, once: who wants to know asks again anyway.</summary>
    /// <exception cref="GpuException">The provider did not answer, or refused the key.</exception>
    public async Task<GpuHealth> GetHealthAsync(CancellationToken cancellationToken)
    {
        var response = await SendAsync(_traffic.Health, Method.Get, "health", requestId: null, cancellationToken);
        return Read(response, RunPodAnswers.Health);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _rest.Dispose();
        _traffic.Dispose();
    }

    /// <summary>An endpoint that was out of order is tried with a look that costs nothing, and not with a submission.</summary>
    private async Task FindInOrderAsync(CancellationToken cancellationToken)
    {
        if (_traffic.Breaker.IsClosed)
        {
            return;
        }

        try
        {
            await GetHealthAsync(cancellationToken);
        }
        catch (GpuException) when (_traffic.Breaker.IsClosed)
        {
            // An answer, whatever it says.
        }
    }

    private Task<RestResponse> SendAsync(
        ResiliencePipeline<RestResponse> pipeline, Method method, string path, string? requestId, CancellationToken cancellationToken)
    {
        async Task<RestResponse> TryAsync(CancellationToken token)
        {
            var call = new RestRequest(path, method);
            if (requestId is not null)
            {
                call.AddUrlSegment("id", requestId);
            }

            var response = await _rest.ExecuteAsync(call, token);
            token.ThrowIfCancellationRequested();
            return response;
        }

        return ExecuteAsync(pipeline, TryAsync, cancellationToken);
    }

    private async Task<RestResponse> ExecuteAsync(
        ResiliencePipeline<RestResponse> pipeline, Func<CancellationToken, Task<RestResponse>> call, CancellationToken cancellationToken)
    {
        _traffic.Breaker.ThrowIfOpen();
        try
        {
            return await pipeline.ExecuteAsync(token => new ValueTask<RestResponse>(call(token)), cancellationToken);
        }
        catch (BrokenCircuitException)
        {
            throw _traffic.Breaker.Refusal();
        }
        catch (RateLimiterRejectedException e)
        {
            throw new GpuException("Too many calls wait for the GPU provider already.", canHeal: true, e);
        }
        catch (TimeoutRejectedException e)
        {
            throw new GpuException("The GPU provider did not answer in time.", canHeal: true, e);
        }
    }

    private T Read<T>(RestResponse response, Func<string?, T> read)
    {
        if (response.IsSuccessful)
        {
            try
            {
                return read(response.Content);
            }
            catch (JsonException e)
            {
                LogUnreadable((int)response.StatusCode, Excerpt(response));
                throw new GpuException("The GPU provider's answer could not be read.", canHeal: true, e);
            }
        }

        if (_traffic.Breaker.IsClosed)
        {
            LogRefused((int)response.StatusCode, Excerpt(response), response.ErrorException);
        }
        else
        {
            LogStillOutOfOrder((int)response.StatusCode);
        }

        throw ProviderError.Of(response, _traffic.Time);
    }

    /// <summary>What of a body may be logged: its beginning, without our key should it be echoed.</summary>
    private string? Excerpt(RestResponse response) =>
        response.Content is { } body ? (body.Length > 500 ? body[..500] : body).Replace(_apiKey, "(key)", StringComparison.Ordinal) : null;

    [LoggerMessage(LogLevel.Warning, "POST /run was not accepted for certain: HTTP {Status} {Body}")]
    private partial void LogNotAccepted(int status, string? body, Exception? exception);

    [LoggerMessage(LogLevel.Warning, "The GPU provider answered HTTP {Status} {Body}")]
    private partial void LogRefused(int status, string? body, Exception? exception);

    [LoggerMessage(LogLevel.Debug, "The GPU provider is still out of order: HTTP {Status}")]
    private partial void LogStillOutOfOrder(int status);

    [LoggerMessage(LogLevel.Warning, "The GPU provider's answer is unreadable: HTTP {Status} {Body}")]
    private partial void LogUnreadable(int status, string? body);
}
