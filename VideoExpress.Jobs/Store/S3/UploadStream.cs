using System.Globalization;
using System.Security.Cryptography;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>
/// What is read during an upload: exactly the promised bytes with the promised hash, or a failure before the last of them is handed out,
/// so that a source of another length or content is never stored.
/// </summary>
/// <param name="key">For the message.</param>
/// <param name="source">Read to its end; stays open.</param>
/// <param name="what">What it is to hold.</param>
/// <param name="silence">How long the source may give nothing.</param>
/// <param name="time">Measures the silence.</param>
/// <param name="cancelled">Ends the upload, even if the source heeds no token.</param>
internal sealed class UploadStream(
    StoreKey key, Stream source, NewObject what, TimeSpan silence, TimeProvider time, CancellationToken cancelled) : ForwardStream
{
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _given;

    /// <summary>What went wrong on our side of the upload; null while the source keeps its promise.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The sha256 of it all in lower-case hex; null until all of it was read.</summary>
    public string? Sha256 { get; private set; }

    /// <summary>Fills the buffer wherever it can: less comes at the end only.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var wanted = (int)Math.Min(buffer.Length, what.Length - _given);
            var read = 0;
            while (read < wanted)
            {
                var piece = await ReadSourceAsync(buffer[read..wanted]);
                if (piece == 0)
                {
                    throw StoreException.WrongLength(key, what.Length, (_given + read).ToString(CultureInfo.InvariantCulture));
                }

                read += piece;
            }

            _given += read;
            _sha256.AppendData(buffer.Span[..read]);
            if (_given == what.Length && Sha256 is null)
            {
                await FinishAsync();
            }

            return read;
        }
        catch (Exception error)
        {
            Failure = error;
            throw;
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        _sha256.Dispose();
        base.Dispose(disposing);
    }

    private async Task FinishAsync()
    {
        if (await ReadSourceAsync(new byte[1]) > 0)
        {
            throw StoreException.WrongLength(key, what.Length, "more");
        }

        var hash = Convert.ToHexStringLower(_sha256.GetHashAndReset());
        if (what.Sha256 is not null && what.Sha256 != hash)
        {
            throw StoreException.OtherContent(key);
        }

        Sha256 = hash;
    }

    private async Task<int> ReadSourceAsync(Memory<byte> buffer)
    {
        using var timer = new CancellationTokenSource(silence, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancelled);
        try
        {
            return await source.ReadAsync(buffer, both.Token).AsTask().WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancelled.IsCancellationRequested)
        {
            throw new StoreException(
                $"What is to be stored as \"{key.Name}\" gave no bytes for {silence.TotalSeconds:0} seconds.", canHeal: true);
        }
    }
}
