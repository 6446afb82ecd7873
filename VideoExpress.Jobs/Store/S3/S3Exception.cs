using System.Net;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>An answer of the store that is no success: uniform for every call, and only for this folder's eyes.</summary>
/// <param name="status">The answer's status; 200 where an error came in a successful answer.</param>
/// <param name="error">What the body says.</param>
internal sealed class S3Exception(HttpStatusCode status, S3ErrorBody error)
    : Exception($"{(int)status} {error.Code}: {error.Message} (request {error.RequestId})")
{
    /// <summary>The answer's status.</summary>
    public HttpStatusCode Status => status;

    /// <summary>What the body says.</summary>
    public S3ErrorBody Error => error;

    /// <summary>The store's clock, from the answer's Date.</summary>
    public DateTimeOffset? StoreTime { get; init; }

    /// <summary>How long the store asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Reads an answer and its body, of which it takes at most 64 KiB.</summary>
    public static async Task<S3Exception> FromAsync(HttpResponseMessage answer, TimeProvider time, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        var wait = answer.Headers.RetryAfter;
        return new S3Exception(answer.StatusCode, S3ErrorBody.Read(buffer, length))
        {
            StoreTime = answer.Headers.Date,
            RetryAfter = wait?.Delta ?? wait?.Date - time.GetUtcNow(),
        };
    }
}
