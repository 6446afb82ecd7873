using System.Net;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>What a failure of the store means for its operator: what to mend, in one sentence, and whether it may heal by itself.</summary>
/// <param name="bucket">The bucket, by name.</param>
/// <param name="authority">The store's host and port.</param>
/// <param name="region">The region that we sign for.</param>
/// <param name="time">Our clock, to compare the store's with.</param>
internal sealed class S3Advice(string bucket, string authority, string region, TimeProvider time)
{
    /// <summary>The store refuses signatures that are older or newer than this: S3's rule, RequestTimeTooSkewed.</summary>
    public static readonly TimeSpan LargestSkew = TimeSpan.FromMinutes(15);

    /// <summary>True when the same request may work later.</summary>
    public static bool Heals(S3Exception answer) =>
        answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        || (answer.Status >= HttpStatusCode.InternalServerError && answer.Status != HttpStatusCode.NotImplemented)
        || answer.Error.Code is "InternalError" or "SlowDown" or "ServiceUnavailable" or "RequestTimeout" or "OperationAborted"
            or "BadDigest" or "IncompleteBody" or "XAmzContentSHA256Mismatch" or S3ErrorBody.NoSuchUpload;

    /// <summary>Makes a call to the store; every failure but the caller's own wish to stop comes out explained.</summary>
    public async Task<T> ExplainedAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw Explain(error);
        }
    }

    /// <inheritdoc cref="ExplainedAsync{T}"/>
    public Task ExplainedAsync(Func<Task> call, CancellationToken cancellationToken) => ExplainedAsync(
        async () =>
        {
            await call();
            return true;
        },
        cancellationToken);

    /// <summary>Explains any failure of a call to the store.</summary>
    public StoreException Explain(Exception error) => error switch
    {
        StoreException known => known,
        S3Exception answer => ExplainAnswer(answer),
        HttpRequestException broken => ExplainConnection(broken),
        TimeoutException => new StoreException(
            $"The object store at {authority} did not answer in time: it is overloaded, frozen, or cut off from this server.", true, error),
        IOException => new StoreException($"The object store at {authority} broke off the connection.", canHeal: true, error),
        _ => new StoreException(
            $"{authority} gave an answer that is not an object store's: check S3_ENDPOINT.", canHeal: false, error),
    };

    private StoreException ExplainAnswer(S3Exception answer)
    {
        var heals = Heals(answer);
        var skew = answer.StoreTime is { } storeTime && answer.Status is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest
            ? time.GetUtcNow() - answer.StoreTime.Value
            : TimeSpan.Zero;
        if (answer.Error.Code == "RequestTimeTooSkewed" || skew.Duration() > LargestSkew)
        {
            return new StoreException(
                $"The clocks of this server and of the object store at {authority} differ by {skew.Duration().TotalMinutes:0} minutes; "
                + $"the store accepts {LargestSkew.TotalMinutes:0}. Set the wrong one, best by NTP.", canHeal: true, answer);
        }

        return new StoreException(Sentence(answer, heals) + Reference(answer), heals, answer) { RetryAfter = answer.RetryAfter };
    }

    private string Sentence(S3Exception answer, bool heals) => answer.Error.Code switch
    {
        "SignatureDoesNotMatch" =>
            $"The object store at {authority} refuses our signature: S3_SECRET_KEY or S3_ACCESS_KEY is wrong, or a proxy in front of "
            + "the store changes the Host header.",
        "InvalidAccessKeyId" => $"The object store at {authority} does not know the access key: check S3_ACCESS_KEY.",
        "AuthorizationHeaderMalformed" or "AuthorizationQueryParametersError" or "InvalidRegion" or "PermanentRedirect"
            or "IllegalLocationConstraintException" =>
            $"The object store at {authority} expects another region than \"{region}\": set S3_REGION"
            + (answer.Error.Region is { Length: > 0 } expected ? $" to \"{expected}\"." : "."),
        "NoSuchBucket" => $"There is no bucket \"{bucket}\" at {authority}: make it, or mend S3_BUCKET.",
        "AccessDenied" or "AllAccessDisabled" or "AccountProblem" =>
            $"The object store at {authority} denies access to the bucket \"{bucket}\": give the key the rights to list it and to get, "
            + "put and delete its objects.",
        "QuotaExceeded" or "InsufficientCapacity" or "XMinioStorageFull" =>
            $"The object store at {authority} has no room left: make room or raise its quota.",
        S3ErrorBody.NoSuchUpload => $"An upload to the object store at {authority} was ended by somebody else.",
        "EntityTooLarge" => $"The object store at {authority} does not take a file of this size.",
        _ => Sentence(answer.Status, heals),
    };

    private string Sentence(HttpStatusCode status, bool heals) => (int)status switch
    {
        _ when heals => $"The object store at {authority} is overloaded or out of order for the moment.",
        >= 300 and < 400 =>
            $"{authority} sends us elsewhere instead of answering: S3_ENDPOINT must be the address of the store itself, with its scheme.",
        401 or 403 => $"{authority} denies access: check S3_ACCESS_KEY, S3_SECRET_KEY and the rights of the key.",
        404 or 405 => $"{authority} does not answer as an object store: check S3_ENDPOINT and S3_BUCKET (\"{bucket}\").",
        _ => $"The object store at {authority} refused a request.",
    };

    private static string Reference(S3Exception answer)
    {
        var request = answer.Error.RequestId.Length > 0 ? $", request {answer.Error.RequestId}" : "";
        return $" ({(int)answer.Status}{(answer.Error.Code.Length > 0 ? " " + answer.Error.Code : "")}{request})";
    }

    private StoreException ExplainConnection(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.ConnectionError => new StoreException(
            $"The object store at {authority} cannot be reached: check that it runs, S3_ENDPOINT, and the network between.", true, error),
        HttpRequestError.NameResolutionError => new StoreException(
            $"The host of the object store, {authority}, is not known: check S3_ENDPOINT and the name service.", canHeal: true, error),
        HttpRequestError.SecureConnectionError => new StoreException(
            $"No secure connection to the object store at {authority}: its certificate is not trusted here (add its authority to the "
            + "system's, or set SSL_CERT_FILE), or it speaks plain http.", canHeal: false, error),
        HttpRequestError.InvalidResponse => new StoreException(
            $"{authority} does not speak http: check the scheme of S3_ENDPOINT, and the port.", canHeal: false, error),
        _ => new StoreException(
            $"The object store at {authority} broke off the connection: it may be restarting, or S3_ENDPOINT has the wrong scheme.",
            canHeal: true,
            error),
    };
}
