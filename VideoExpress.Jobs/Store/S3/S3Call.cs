namespace VideoExpress.Jobs.Store.S3;

/// <summary>Which of S3's calls a request is, as far as repeating it goes.</summary>
internal readonly struct S3Call
{
    private readonly bool _isInitiate;

    /// <summary>Reads the request.</summary>
    public S3Call(HttpRequestMessage request)
    {
        var query = request.RequestUri!.Query;
        var isPost = request.Method == HttpMethod.Post;
        _isInitiate = isPost && query.StartsWith("?uploads", StringComparison.Ordinal);
        IsComplete = isPost && query.Contains("uploadId=", StringComparison.Ordinal);
    }

    /// <summary>
    /// True when it puts the parts of an upload together: it may take minutes, its failure may come with status 200, and once it is
    /// done it cannot be done again.
    /// </summary>
    public bool IsComplete { get; }

    /// <summary>True when the same request may work now, and does no harm if the last one had worked unseen.</summary>
    public bool MayRepeatAfter(Exception error) => error switch
    {
        S3Exception answer => answer.Error.Code != S3ErrorBody.NoSuchUpload && S3Advice.Heals(answer),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => false,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } => true,
        // Begun twice, an upload would be left over for ever.
        HttpRequestException or HttpIOException or TimeoutException => !_isInitiate,
        _ => false,
    };
}
