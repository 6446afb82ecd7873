using System.Net;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>A body in memory that tells how it gets on, so that a store that takes no more is not waited for as long as all of it may take.</summary>
/// <param name="body">May be sent again.</param>
internal sealed class WatchedContent(ReadOnlyMemory<byte> body) : HttpContent
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Told whenever the connection took another piece: how many bytes are left.</summary>
    public Action<int>? Left { get; set; }

    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc />
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        for (var rest = body; !rest.IsEmpty;)
        {
            var piece = Math.Min(rest.Length, ChunkBytes);
            await stream.WriteAsync(rest[..piece], cancellationToken);
            rest = rest[piece..];
            Left?.Invoke(rest.Length);
        }
    }

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
