using System.Globalization;
using System.Text;
using VideoExpress.Jobs.Assets.Uploads;

namespace VideoExpress.Web.Endpoints.Assets.Tus;

/// <summary>Names and values of the tus protocol, version 1.0.0.</summary>
internal static class TusHeaders
{
    public const string Version = "1.0.0";
    public const string ContentType = "application/offset+octet-stream";

    public const string TusResumable = "Tus-Resumable";
    public const string TusVersion = "Tus-Version";
    public const string UploadOffset = "Upload-Offset";
    public const string UploadLength = "Upload-Length";
    public const string UploadDeferLength = "Upload-Defer-Length";
    public const string UploadMetadata = "Upload-Metadata";
    public const string UploadExpires = "Upload-Expires";
    public const string UploadChecksum = "Upload-Checksum";
    public const string MethodOverride = "X-HTTP-Method-Override";

    /// <summary>Ours: <c>asset://id</c> of the asset that a finished upload has become.</summary>
    public const string UploadAsset = "Upload-Asset";

    /// <summary>The status of a piece with another checksum.</summary>
    public const int ChecksumMismatch = 460;

    /// <summary>A length or an offset: 0 or more, in decimal; null for anything else.</summary>
    public static long? Number(IHeaderDictionary headers, string name) =>
        long.TryParse(headers[name].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A length or an offset as a header has it.</summary>
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What stands in <c>Upload-Metadata</c>: keys, each with a value in base64, separated by commas.</summary>
    /// <exception cref="WrongHeaderException">It is something else.</exception>
    public static IReadOnlyDictionary<string, string> Metadata(string header)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 2 || !parts[0].All(IsVisible) || Text(parts.ElementAtOrDefault(1) ?? "") is not { } value || !values.TryAdd(parts[0], value))
            {
                throw new WrongHeaderException(
                    UploadMetadata, "must be pairs of a key and its value in base64 (of UTF-8), separated by commas, each key once and in ASCII.");
            }
        }

        return values;
    }

    /// <summary>What a piece must have; null where the client does not say.</summary>
    /// <exception cref="WrongHeaderException">It is of an algorithm that is not offered, or no base64.</exception>
    public static UploadChecksum? Checksum(IHeaderDictionary headers)
    {
        var header = headers[UploadChecksum].ToString();
        if (header.Length == 0)
        {
            return null;
        }

        var parts = header.Split(' ', 2);
        return UploadChecksums.Of(parts[0]) is { } algorithm && parts.Length == 2 && Bytes(parts[1]) is { } value
            ? new UploadChecksum(algorithm, value)
            : throw new WrongHeaderException(UploadChecksum, $"must be one of {UploadChecksums.Names}, a space, and the checksum in base64.");
    }

    // It is given back in a header.
    private static bool IsVisible(char c) => c is > ' ' and <= '~';

    private static string? Text(string base64)
    {
        try
        {
            return Bytes(base64) is { } bytes ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }
}
