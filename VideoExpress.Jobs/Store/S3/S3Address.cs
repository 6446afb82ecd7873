namespace VideoExpress.Jobs.Store.S3;

/// <summary>Where an S3 store is, in the pieces that its client asks for.</summary>
/// <param name="Authority">Host, and port where it is not the scheme's own.</param>
/// <param name="Tls">True for https.</param>
/// <param name="Region">What signatures name.</param>
internal sealed record S3Address(string Authority, bool Tls, string Region)
{
    /// <summary>Reads the settings; the region is <c>auto</c> at R2 and <c>us-east-1</c> elsewhere unless it is named.</summary>
    public static S3Address From(Uri endpoint, string? region)
    {
        var isR2 = endpoint.Host.EndsWith(".r2.cloudflarestorage.com", StringComparison.OrdinalIgnoreCase);
        return new S3Address(
            endpoint.Authority,
            endpoint.Scheme == Uri.UriSchemeHttps,
            string.IsNullOrWhiteSpace(region) ? isR2 ? "auto" : "us-east-1" : region);
    }
}
