using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>
/// What is read during an upload: exactly the promised bytes, or a failure before the last of them is handed out. The S3 client neither
/// counts nor passes its token on, and would store what a source of another length holds. The source is read and hashed ahead, while the
/// client sends what it has.
/// </summary>
internal sealed class UploadStream : ForwardStream
{
    // A part of the S3 client's.
    private const int AheadBytes = 16 << 20;
    private const int ChunkBytes = 256 << 10;

    private readonly StoreKey _key;
    private readonly Stream _source;
    private readonly NewObject _what;
    private readonly TimeSpan _silence;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop;
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: AheadBytes, resumeWriterThreshold: AheadBytes - ChunkBytes, minimumSegmentSize: ChunkBytes,
        useSynchronizationContext: false));

    private Task<string>? _reading;
    private long _given;

    /// <summary>Reads nothing yet.</summary>
    /// <param name="key">For messages.</param>
    /// <param name="source">Read to its end; stays open.</param>
    /// <param name="what">What it is to hold; its progress is told of what the client is done with.</param>
    /// <param name="silence">How long the source may give nothing.</param>
    /// <param name="time">Measures the silence.</param>
    /// <param name="cancellationToken">Ends the upload, even if the source heeds no token.</param>
    public UploadStream(
        StoreKey key, Stream source, NewObject what, TimeSpan silence, TimeProvider time, CancellationToken cancellationToken)
    {
        (_key, _source, _what, _silence, _time) = (key, source, what, silence, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>What went wrong on our side of the upload; null while the source keeps its promise.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The sha256 of it all in lower-case hex, once all of it was read; fails with <see cref="Failure"/>.</summary>
    public Task<string> HashAsync() => _reading ?? throw new InvalidOperationException("Nothing was read.");

    /// <summary>Fills the buffer wherever it can: the client allocates a part anew after each read that does not.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _reading ??= Task.Run(ReadAheadAsync, CancellationToken.None);
        if (_given > 0)
        {
            _what.Progress?.Report(_given);
        }

        var read = 0;
        for (var ended = false; read < buffer.Length && !ended;)
        {
            var found = await _pipe.Reader.ReadAsync(cancellationToken);
            var piece = found.Buffer.Slice(0, Math.Min(found.Buffer.Length, buffer.Length - read));
            piece.CopyTo(buffer.Span[read..]);
            read += (int)piece.Length;
            ended = found.IsCompleted && piece.Length == found.Buffer.Length;
            _pipe.Reader.AdvanceTo(piece.End);
        }

        _given += read;
        return read;
    }

    /// <summary>Stops reading the source; when this is done it is read no more, unless it heeds no token.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_reading is not null)
        {
            await ((Task)_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_reading.IsCompletedSuccessfully)
            {
                // Else a source that heeds no token may still write into this memory, and it must not go to anybody else.
                await _pipe.Reader.CompleteAsync();
            }
        }

        _stop.Dispose();
        await base.DisposeAsync();
    }

    private async Task<string> ReadAheadAsync()
    {
        try
        {
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var taken = 0L; taken < _what.Length;)
            {
                // The last bytes are not handed out before all is known to be right.
                await _pipe.Writer.FlushAsync(_stop.Token);
                var room = _pipe.Writer.GetMemory();
                var read = await ReadSourceAsync(room[..(int)Math.Min(room.Length, _what.Length - taken)]);
                if (read == 0)
                {
                    throw StoreException.WrongLength(_key, _what.Length, taken.ToString(CultureInfo.InvariantCulture));
                }

                sha256.AppendData(room.Span[..read]);
                _pipe.Writer.Advance(read);
                taken += read;
            }

            var hash = await CheckedHashAsync(sha256);
            await _pipe.Writer.CompleteAsync();
            return hash;
        }
        catch (Exception error)
        {
            Failure = error;
            await _pipe.Writer.CompleteAsync(error);
            throw;
        }
    }

    private async Task<string> CheckedHashAsync(IncrementalHash sha256)
    {
        if (await ReadSourceAsync(new byte[1]) > 0)
        {
            throw StoreException.WrongLength(_key, _what.Length, "more");
        }

        var hash = Convert.ToHexStringLower(sha256.GetHashAndReset());
        return _what.Sha256 is null || _what.Sha256 == hash ? hash : throw StoreException.OtherContent(_key);
    }

    private async Task<int> ReadSourceAsync(Memory<byte> buffer)
    {
        using var timer = new CancellationTokenSource(_silence, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _stop.Token);
        try
        {
            return await _source.ReadAsync(buffer, both.Token).AsTask().WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !_stop.IsCancellationRequested)
        {
            throw new StoreException(
                $"What is to be stored as \"{_key.Name}\" gave no bytes for {_silence.TotalSeconds:0} seconds.", canHeal: true);
        }
    }
}
