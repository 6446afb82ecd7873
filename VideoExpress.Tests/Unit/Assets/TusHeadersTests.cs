using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using VideoExpress.Web.Endpoints.Assets.Tus;

namespace VideoExpress.Tests.Unit.Assets;

public sealed class TusHeadersTests
{
    [Fact]
    public void Metadata_IsKeysWithValuesInBase64_SomeWithout()
    {
        var metadata = TusHeaders.Metadata("filename w7xiZXIubXA0, flag,empty ,name YQ==");

        Assert.Equal(
            [("filename", "über.mp4"), ("flag", ""), ("empty", ""), ("name", "a")],
            metadata.Select(pair => (pair.Key, pair.Value)));
        Assert.Empty(TusHeaders.Metadata(""));
    }

    [Theory]
    [InlineData("name a")]
    [InlineData("name YQ== YQ==")]
    [InlineData("name YQ==,name YQ==")]
    [InlineData("name //8=")]
    [InlineData("nämé YQ==")]
    public void Metadata_OfAnotherShape_IsRefused(string header) =>
        Assert.Equal("Upload-Metadata", Assert.Throws<WrongHeaderException>(() => TusHeaders.Metadata(header)).Header);

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("10737418240", 10_737_418_240L)]
    [InlineData("-1", null)]
    [InlineData("+1", null)]
    [InlineData("1.0", null)]
    [InlineData(" 1", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("", null)]
    public void Number_IsDecimal_AndNotNegative(string text, long? number) =>
        Assert.Equal(number, TusHeaders.Number(new HeaderDictionary { ["Upload-Offset"] = text }, "Upload-Offset"));

    [Fact]
    public void Checksum_NamesItsAlgorithm()
    {
        var sum = TusHeaders.Checksum(new HeaderDictionary { ["Upload-Checksum"] = "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=" });

        Assert.Equal(HashAlgorithmName.SHA1, sum!.Algorithm);
        Assert.Equal(20, sum.Value.Length);
        Assert.Null(TusHeaders.Checksum(new HeaderDictionary()));
    }

    [Theory]
    [InlineData("sha1")]
    [InlineData("md5 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")]
    [InlineData("sha1 ???")]
    public void Checksum_OfAnotherShape_IsRefused(string header) =>
        Assert.Equal(
            "Upload-Checksum",
            Assert.Throws<WrongHeaderException>(() => TusHeaders.Checksum(new HeaderDictionary { ["Upload-Checksum"] = header })).Header);
}
