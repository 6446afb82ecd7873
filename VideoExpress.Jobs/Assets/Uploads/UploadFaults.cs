using System.Security.Cryptography;

namespace VideoExpress.Jobs.Assets.Uploads;

/// <summary>A body holds more than may be taken.</summary>
/// <param name="maxBytes">What may be taken, in bytes.</param>
internal sealed class UploadTooLargeException(long maxBytes) : Exception($"A file may have {maxBytes} bytes at most here.");

/// <summary>Another request is writing the upload, or it is being made an asset.</summary>
internal sealed class UploadBusyException() : Exception("Another request is at this upload; try again when that has ended.");

/// <summary>A piece does not belong where it was to go.</summary>
/// <param name="offset">Where the upload ends, in bytes.</param>
internal sealed class UploadOffsetException(long offset) : Exception($"The upload goes on at byte {offset}.")
{
    /// <summary>Where the upload ends, in bytes.</summary>
    public long Offset { get; } = offset;
}

/// <summary>A piece is not what its checksum says.</summary>
internal sealed class UploadChecksumException() : Exception("The piece has another checksum than Upload-Checksum says; nothing of it was kept.");

/// <summary>What a piece must have.</summary>
/// <param name="Algorithm">Such as SHA-1.</param>
/// <param name="Value">Its bytes.</param>
internal sealed record UploadChecksum(HashAlgorithmName Algorithm, byte[] Value);
