namespace VideoExpress.Jobs.Store;

/// <summary>Compares two streams from where they stand to their ends.</summary>
internal static class SameBytes
{
    private const int ChunkBytes = 128 << 10;

    /// <summary>True when both hold the same bytes; reads no further than the first difference.</summary>
    public static async Task<bool> CompareAsync(Stream left, Stream right, CancellationToken cancellationToken)
    {
        var leftChunk = new byte[ChunkBytes];
        var rightChunk = new byte[ChunkBytes];
        while (true)
        {
            var leftRead = await left.ReadAtLeastAsync(leftChunk, ChunkBytes, throwOnEndOfStream: false, cancellationToken);
            var rightRead = await right.ReadAtLeastAsync(rightChunk, ChunkBytes, throwOnEndOfStream: false, cancellationToken);
            if (!leftChunk.AsSpan(0, leftRead).SequenceEqual(rightChunk.AsSpan(0, rightRead)))
            {
                return false;
            }

            if (leftRead == 0)
            {
                return true;
            }
        }
    }
}
