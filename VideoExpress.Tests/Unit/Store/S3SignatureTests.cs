using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Tests.Unit.Store;

public sealed class S3SignatureTests
{
    [Fact]
    public void Sign_IsTheExampleOfTheSpecification()
    {
        // Amazon's documentation, "Signature Calculations for the Authorization Header", GET bucket lifecycle.
        var signature = new S3Signature(
            "us-east-1", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            new FakeTimeProvider(new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero)));
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://examplebucket.s3.amazonaws.com/?lifecycle=");

        signature.Sign(request, S3Signature.HashOf([]));

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            + "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
            + "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            request.Headers.GetValues("Authorization").Single());
    }
}
