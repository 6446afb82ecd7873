using System.Buffers.Binary;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>A wave file of silence, as long as wanted, that is never in memory as a whole.</summary>
internal sealed class LongWav : Stream
{
    private const int HeaderBytes = 44;
    private readonly byte[] _header = new byte[HeaderBytes];

    public LongWav(long bytes)
    {
        Length = bytes;
        "RIFF"u8.CopyTo(_header);
        BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(4), (uint)(bytes - 8));
        "WAVEfmt "u8.CopyTo(_header.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(_header.AsSpan(20), 1); // PCM
        BinaryPrimitives.WriteInt16LittleEndian(_header.AsSpan(22), 2);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(24), 48_000);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(28), 4 * 48_000);
        BinaryPrimitives.WriteInt16LittleEndian(_header.AsSpan(32), 4);
        BinaryPrimitives.WriteInt16LittleEndian(_header.AsSpan(34), 16);
        "data"u8.CopyTo(_header.AsSpan(36));
        BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(40), (uint)(bytes - HeaderBytes));
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, Length - Position);
        buffer[..count].Clear();
        if (Position < HeaderBytes)
        {
            var part = _header.AsSpan((int)Position, (int)Math.Min(count, HeaderBytes - Position));
            part.CopyTo(buffer);
        }

        Position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
