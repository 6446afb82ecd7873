using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>Gives some bytes, says so, and then nothing until its reader gives up.</summary>
internal sealed class HangingStream(int bytes) : ForwardStream
{
    private readonly TaskCompletionSource _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = bytes;

    /// <summary>Done when the bytes are given and the reader waits for more.</summary>
    public Task Hangs => _hangs.Task;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0)
        {
            _hangs.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        var given = Math.Min(_left, buffer.Length);
        buffer.Span[..given].Fill(7);
        _left -= given;
        return given;
    }
}

/// <summary>Gives nothing, and does something as its end is read.</summary>
internal sealed class LastBreathStream(Action act) : ForwardStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        act();
        return ValueTask.FromResult(0);
    }
}

/// <summary>Gives some bytes and then throws.</summary>
internal sealed class FailingStream : ForwardStream
{
    private bool _gave;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_gave)
        {
            throw new InvalidDataException("The source is broken.");
        }

        _gave = true;
        return ValueTask.FromResult(Math.Min(1000, buffer.Length));
    }
}

/// <summary>Gives so many bytes, none of which stands where another like it might.</summary>
internal sealed class NumberStream(long bytes) : ForwardStream
{
    private long _given;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = (int)Math.Min(Math.Min(buffer.Length, bytes - _given), 1 << 16) & ~7;
        for (var at = 0; at < count; at += 8)
        {
            BitConverter.TryWriteBytes(buffer.Span[at..], (_given + at) * 0x9E3779B97F4A7C1);
        }

        _given += count;
        return ValueTask.FromResult(count);
    }
}

/// <summary>Stops at a place until it is told to go on.</summary>
internal sealed class SignalStream(byte[] bytes, int place) : ForwardStream
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _given;

    /// <summary>Done when all before the place is given.</summary>
    public Task Reached => _reached.Task;

    public void GoOn() => _goOn.SetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_given == place)
        {
            _reached.TrySetResult();
            await _goOn.Task.WaitAsync(cancellationToken);
        }

        var count = Math.Min(buffer.Length, (_given < place ? place : bytes.Length) - _given);
        bytes.AsMemory(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }
}
