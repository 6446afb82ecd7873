namespace VideoExpress.Jobs.Store.S3;

/// <summary>
/// An object's bytes on their way here. A store that falls silent or breaks off is asked for the rest; one that does so again and again
/// without giving a byte is a failure that says so.
/// </summary>
/// <param name="body">The answer's body; closed with this stream.</param>
/// <param name="goOn">Opens the rest of the same object, from an offset in bytes.</param>
/// <param name="silence">How long the store may give nothing.</param>
/// <param name="advice">Turns what the connection throws into what the caller gets.</param>
/// <param name="time">Measures silence and pauses.</param>
internal sealed class DownloadStream(
    Stream body, Func<long, CancellationToken, Task<Stream>> goOn, TimeSpan silence, S3Advice advice, TimeProvider time) : ForwardStream
{
    private const int BreaksInARow = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private Stream? _body = body;
    private long _given;
    private int _breaks;
    private CancellationTokenSource? _watch;
    private CancellationToken _watchedFor;
    private CancellationTokenRegistration _link;

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                _body ??= await goOn(_given, cancellationToken);
                var read = await ReadBodyAsync(_body, buffer, cancellationToken);
                _given += read;
                _breaks = read > 0 ? 0 : _breaks;
                return read;
            }
            catch (Exception error) when (MayGoOnAfter(error))
            {
                await CloseAsync();
                if (++_breaks > BreaksInARow)
                {
                    throw advice.Explain(error);
                }

                await Task.Delay(FirstPause * Math.Pow(2, _breaks - 1) * (0.5 + Random.Shared.NextDouble()), time, cancellationToken);
            }
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        StopWatching();
        _body?.Dispose();
        base.Dispose(disposing);
    }

    // What the store answered has a cause; what was found out about the object has none, and is final.
    private static bool MayGoOnAfter(Exception error) =>
        error is HttpRequestException or IOException or TimeoutException or StoreException { CanHeal: true, InnerException: not null };

    private async Task<int> ReadBodyAsync(Stream open, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var watch = WatchFor(cancellationToken);
        watch.CancelAfter(silence);
        try
        {
            var read = await open.ReadAsync(buffer, watch.Token);
            watch.CancelAfter(Timeout.InfiniteTimeSpan);
            return read;
        }
        catch (Exception error)
        {
            StopWatching();
            if (error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"No bytes for {silence.TotalSeconds:0} seconds.");
            }

            throw;
        }
    }

    // One for all reads, as long as they come with the same token: a film comes in thousands of pieces.
    private CancellationTokenSource WatchFor(CancellationToken cancellationToken)
    {
        if (_watch is null || _watchedFor != cancellationToken)
        {
            StopWatching();
            var watch = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            _link = cancellationToken.UnsafeRegister(static watch => ((CancellationTokenSource)watch!).Cancel(), watch);
            (_watch, _watchedFor) = (watch, cancellationToken);
        }

        return _watch;
    }

    private void StopWatching()
    {
        _link.Dispose();
        _watch?.Dispose();
        _watch = null;
    }

    private async Task CloseAsync()
    {
        if (_body is { } broken)
        {
            _body = null;
            await broken.DisposeAsync();
        }
    }
}
