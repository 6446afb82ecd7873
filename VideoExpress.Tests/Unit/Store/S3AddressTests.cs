using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Tests.Unit.Store;

public sealed class S3AddressTests
{
    [Theory]
    [InlineData("https://s3.eu-central-1.amazonaws.com", "eu-central-1", "s3.eu-central-1.amazonaws.com", true, "eu-central-1")]
    [InlineData("http://localhost:9000", null, "localhost:9000", false, "us-east-1")]
    [InlineData("https://localhost:443/", "", "localhost", true, "us-east-1")]
    [InlineData("https://abc.r2.cloudflarestorage.com", null, "abc.r2.cloudflarestorage.com", true, "auto")]
    [InlineData("https://abc.eu.r2.cloudflarestorage.com", null, "abc.eu.r2.cloudflarestorage.com", true, "auto")]
    [InlineData("https://abc.r2.cloudflarestorage.com", "weur", "abc.r2.cloudflarestorage.com", true, "weur")]
    public void From_KnowsHostSchemeAndRegion(string endpoint, string? region, string authority, bool tls, string expected) =>
        Assert.Equal(new S3Address(authority, tls, expected), S3Address.From(new Uri(endpoint), region));
}
