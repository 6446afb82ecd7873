using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Tests.Unit.Store;

/// <summary>When the guard repeats a request, and when it must not; the faults themselves are in the tests against a real server.</summary>
public sealed class S3GuardTests : IDisposable
{
    private static readonly Uri Initiate = new("http://store/videos/x?uploads=");
    private static readonly Uri Complete = new("http://store/videos/x?uploadId=1");
    private static readonly Uri Get = new("http://store/videos/x");
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly ShortWaits _time = new(Silence);
    private readonly Script _script = new();
    private readonly HttpClient _http;

    public S3GuardTests() => _http = Over(_time);

    public void Dispose()
    {
        _http.Dispose();
        _script.Dispose();
    }

    [Fact]
    public async Task Repeats_AfterTheTimeThatTheStoreAsksFor()
    {
        _script.Add(() => Error(HttpStatusCode.ServiceUnavailable, "SlowDown", TimeSpan.FromSeconds(7)));
        _script.Add(() => new HttpResponseMessage(HttpStatusCode.OK));

        using var answer = await _http.GetAsync(Get);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([TimeSpan.FromSeconds(7)], _time.Waits);
    }

    [Fact]
    public async Task GivesUp_AndPassesTheWaitOn_WhenTheStoreAsksForALongOne()
    {
        _script.Add(() => Error(HttpStatusCode.TooManyRequests, "SlowDown", TimeSpan.FromMinutes(2)));

        var error = await Assert.ThrowsAsync<S3Exception>(() => _http.GetAsync(Get));

        Assert.Equal(TimeSpan.FromMinutes(2), error.RetryAfter);
        Assert.Equal(1, _script.Calls);
    }

    [Fact]
    public async Task GivesUp_AfterFourAttempts()
    {
        _script.Add(() => Error(HttpStatusCode.InternalServerError, "InternalError"));

        await Assert.ThrowsAsync<S3Exception>(() => _http.GetAsync(Get));

        Assert.Equal(4, _script.Calls);
        Assert.Equal(3, _time.Waits.Count);
        Assert.InRange(_time.Waits[2], TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(1500));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.MovedPermanently)]
    [InlineData(HttpStatusCode.NotImplemented)]
    public async Task DoesNotRepeat_WhatCannotHeal(HttpStatusCode status)
    {
        _script.Add(() => Error(status, "Whatever"));

        await Assert.ThrowsAsync<S3Exception>(() => _http.GetAsync(Get));

        Assert.Equal(1, _script.Calls);
    }

    [Fact]
    public async Task DoesNotBeginAnUploadTwice_WhenTheAnswerIsLost()
    {
        _script.Add(() => throw new HttpRequestException(HttpRequestError.ResponseEnded));

        await Assert.ThrowsAsync<HttpRequestException>(() => _http.PostAsync(Initiate, null));

        Assert.Equal(1, _script.Calls);
    }

    [Fact]
    public async Task TakesAnUploadForDone_WhenItIsOverAfterALostAnswer()
    {
        _script.Add(() => throw new HttpRequestException(HttpRequestError.ResponseEnded));
        _script.Add(() => Error(HttpStatusCode.NotFound, "NoSuchUpload"));

        using var answer = await _http.PostAsync(Complete, null);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task DoesNotTakeAnUploadForDone_WhenItWasNeverThere()
    {
        _script.Add(() => Error(HttpStatusCode.NotFound, "NoSuchUpload"));

        await Assert.ThrowsAsync<S3Exception>(() => _http.PostAsync(Complete, null));

        Assert.Equal(1, _script.Calls);
    }

    [Fact]
    public async Task GivesUp_WhenTheBodyIsNotTaken_HoweverLargeItIs()
    {
        var time = new FakeTimeProvider();
        using var http = Over(time);
        using var body = new WatchedContent(new byte[16 << 20]);
        _script.Hang = true;
        var call = http.PostAsync(Initiate, body);
        var token = await _script.Hangs;

        time.Advance(Silence - TimeSpan.FromSeconds(1));
        Assert.False(token.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(token.IsCancellationRequested);

        await Assert.ThrowsAsync<TimeoutException>(() => call);
    }

    [Fact]
    public async Task GivesABody_TheTimeItTakes_AndNoMore()
    {
        var time = new FakeTimeProvider();
        using var http = Over(time);
        using var body = new WatchedContent(new byte[16 << 20]);
        _script.Hang = true;
        var call = http.PostAsync(Initiate, body);
        var token = await _script.Hangs;

        // Each piece takes nearly all of the silence that is allowed; then 64 s for 4 MiB at 64 KiB/s.
        await body.CopyToAsync(new Slow(() => time.Advance(Silence - TimeSpan.FromSeconds(1))));
        time.Advance(Silence + TimeSpan.FromSeconds(63));
        Assert.False(token.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(token.IsCancellationRequested);

        await Assert.ThrowsAsync<TimeoutException>(() => call);
    }

    private HttpClient Over(TimeProvider time) =>
        new(new S3Guard(Silence, time) { InnerHandler = _script }) { Timeout = Timeout.InfiniteTimeSpan };

    private static HttpResponseMessage Error(HttpStatusCode status, string code, TimeSpan? retryAfter = null)
    {
        var answer = new HttpResponseMessage(status) { Content = new StringContent($"<Error><Code>{code}</Code></Error>") };
        answer.Headers.RetryAfter = retryAfter is { } wait ? new RetryConditionHeaderValue(wait) : null;
        return answer;
    }

    private sealed class Slow(Action takes) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            takes();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Script : HttpMessageHandler
    {
        private readonly List<Func<HttpResponseMessage>> _answers = [];
        private readonly TaskCompletionSource<CancellationToken> _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Calls { get; private set; }

        public bool Hang { get; set; }

        /// <summary>The token that is to end the call, once it hangs.</summary>
        public Task<CancellationToken> Hangs => _hangs.Task;

        public void Add(Func<HttpResponseMessage> answer) => _answers.Add(answer);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Hang)
            {
                _hangs.SetResult(cancellationToken);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return _answers[Math.Min(Calls++, _answers.Count - 1)]();
        }
    }

    /// <summary>A clock on which waits below a limit are over at once, and noted; the others never end.</summary>
    private sealed class ShortWaits(TimeSpan limit) : TimeProvider
    {
        public List<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var isShort = dueTime < limit;
            if (isShort)
            {
                Waits.Add(dueTime);
            }

            return System.CreateTimer(callback, state, isShort ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, period);
        }
    }
}
