using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Tests.Unit.Store;

public sealed class S3SignatureTests
{
    [Fact]
    public void Sign_CoversAnIPv6Host_AsItIsSent()
    {
        // By hand of what HttpClient sends: "Host: [::1]:9000".
        const string hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        var canonical = "PUT\n/bucket/key\n\nhost:[::1]:9000\nx-amz-content-sha256:" + hash + "\nx-amz-date:20130524T000000Z\n\n"
            + "host;x-amz-content-sha256;x-amz-date\n" + hash;
        var text = "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n" + S3Signature.HashOf(Encoding.UTF8.GetBytes(canonical));
        var key = new[] { "20130524", "us-east-1", "s3", "aws4_request", text }
            .Aggregate("AWS4secret"u8.ToArray(), (hashed, part) => HMACSHA256.HashData(hashed, Encoding.UTF8.GetBytes(part)));
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://[::1]:9000/bucket/key");

        new S3Signature("us-east-1", "a", "secret", new FakeTimeProvider(new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero))).Sign(request, hash);

        Assert.EndsWith($"Signature={Convert.ToHexStringLower(key)}", request.Headers.GetValues("Authorization").Single(), StringComparison.Ordinal);
    }

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
