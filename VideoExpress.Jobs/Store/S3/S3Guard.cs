using System.Net;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>
/// Stands between the S3 client and the wire, because the client takes some failures for success and gives each of the others another
/// shape: every answer that is no success is an <see cref="S3Exception"/>, an answer that does not come is a
/// <see cref="TimeoutException"/>, and what may heal was tried again. All bodies but those asked for as a stream come read to the end.
/// </summary>
/// <param name="silence">How long the store may take to answer, or to take the next piece of a body.</param>
/// <param name="time">Measures the waiting.</param>
internal sealed class S3Guard(TimeSpan silence, TimeProvider time) : DelegatingHandler
{
    /// <summary>Set on a request whose answer is to be read as a stream.</summary>
    public static readonly HttpRequestOptionsKey<bool> AsStream = new("s3.stream");

    private const int Attempts = 4;

    // What the kernel may still hold of a body when all of it is written, and how slowly it may have to leave.
    private const int BufferedBytes = 4 << 20;
    private const int SlowestBytesPerSecond = 64 << 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // A signature holds for 15 minutes from when the client made it.
    private static readonly TimeSpan LastStart = TimeSpan.FromMinutes(10);

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = new S3Call(request);
        var start = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await SendOnceAsync(request, call, cancellationToken);
            }
            catch (S3Exception over) when (attempt > 1 && call.IsComplete && over.Error.Code == S3ErrorBody.NoSuchUpload)
            {
                // The answer to an earlier attempt was lost, not the work. The look at the object afterwards decides.
                return new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new StringContent("") };
            }
            catch (Exception error) when (
                attempt < Attempts && call.MayRepeatAfter(error) && time.GetElapsedTime(start) < LastStart && Asked(error) <= LongestPause)
            {
                var pause = FirstPause * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble());
                await Task.Delay(pause > Asked(error) ? pause : Asked(error), time, cancellationToken);
            }
        }
    }

    private static TimeSpan Asked(Exception error) => (error as S3Exception)?.RetryAfter ?? TimeSpan.Zero;

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, S3Call call, CancellationToken cancellationToken)
    {
        var limit = silence * (call.IsComplete ? 10 : 1);
        using var timer = new CancellationTokenSource(limit, time);
        var body = request.Content as WatchedContent;
        if (body is not null)
        {
            var leaving = TimeSpan.FromSeconds(Math.Min(body.Headers.ContentLength ?? 0, BufferedBytes) / (double)SlowestBytesPerSecond);
            body.Left = left => timer.CancelAfter(left > 0 ? silence : limit + leaving);
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await ReadAsync(request, call, await base.SendAsync(request, both.Token), both.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("No answer in time.");
        }
        finally
        {
            // An answer may come before all of the body is sent.
            body?.Left = null;
        }
    }

    private async Task<HttpResponseMessage> ReadAsync(
        HttpRequestMessage request, S3Call call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            if (!answer.IsSuccessStatusCode)
            {
                throw await S3Exception.FromAsync(answer, time, cancellationToken);
            }

            if (!request.Options.TryGetValue(AsStream, out var asStream) || !asStream)
            {
                await answer.Content.LoadIntoBufferAsync(cancellationToken);
            }

            if (call.IsComplete)
            {
                await RefuseHiddenErrorAsync(answer, cancellationToken);
            }

            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static async Task RefuseHiddenErrorAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        if (S3ErrorBody.Read(body, body.Length) is { Code.Length: > 0 } error)
        {
            throw new S3Exception(answer.StatusCode, error);
        }
    }
}
