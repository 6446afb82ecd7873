namespace VideoExpress.Jobs.Store.S3;

/// <summary>An object's bytes on their way here: a store that falls silent or breaks off is a failure that says so.</summary>
/// <param name="body">The answer's body; closed with this stream.</param>
/// <param name="silence">How long the store may give nothing.</param>
/// <param name="explain">Turns what the connection throws into what the caller gets.</param>
/// <param name="time">Measures the silence.</param>
internal sealed class DownloadStream(
    Stream body, TimeSpan silence, Func<Exception, StoreException> explain, TimeProvider time) : ForwardStream
{
    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var timer = new CancellationTokenSource(silence, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await body.ReadAsync(buffer, both.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw explain(new TimeoutException($"No bytes for {silence.TotalSeconds:0} seconds."));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw explain(error);
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        body.Dispose();
        base.Dispose(disposing);
    }
}
