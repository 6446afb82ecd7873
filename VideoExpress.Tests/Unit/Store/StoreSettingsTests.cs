using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Unit.Store;

public sealed class StoreSettingsTests
{
    private static readonly StoreSettings Right = new()
    {
        Bucket = "videos",
        Endpoint = new Uri("https://s3.example.com"),
        AccessKey = "key",
        SecretKey = "secret",
    };

    public static TheoryData<StoreSettings, string> Wrong => new()
    {
        { Right with { Endpoint = null }, "S3_ENDPOINT" },
        { Right with { AccessKey = null }, "S3_ACCESS_KEY" },
        { Right with { SecretKey = " " }, "S3_SECRET_KEY" },
        { Right with { Bucket = "My_Bucket" }, "S3_BUCKET" },
        { Right with { Bucket = null }, "S3_BUCKET" },
        { new() { AccessKey = "key" }, "Store:AccessKey (S3_ACCESS_KEY): given without Store:Bucket (S3_BUCKET)" },
        { new() { SecretKey = "secret" }, "Store:SecretKey (S3_SECRET_KEY): given without Store:Bucket (S3_BUCKET)" },
        { new() { PublicEndpoint = new Uri("https://files.example.com") }, "Store:PublicEndpoint: given without Store:Bucket (S3_BUCKET)" },
        { new() { PublicBaseUrl = new Uri("https://cdn.example.com") }, "Store:PublicBaseUrl: given without Store:Bucket (S3_BUCKET)" },
        { new() { Region = "auto" }, "Store:Region (S3_REGION): given without Store:Bucket (S3_BUCKET)" },
        { new() { AllowInsecureEndpoint = true }, "Store:AllowInsecureEndpoint: given without Store:Bucket (S3_BUCKET)" },
        { Right with { Endpoint = new Uri("http://s3.example.com") }, "Store:AllowInsecureEndpoint" },
        { Right with { Endpoint = new Uri("https://s3.example.com/videos") }, "no path" },
        { Right with { Endpoint = new Uri("ftp://s3.example.com") }, "S3_ENDPOINT" },
        { Right with { Endpoint = new Uri("s3.example.com", UriKind.RelativeOrAbsolute) }, "S3_ENDPOINT" },
        { Right with { Endpoint = new Uri("https://key:secret@s3.example.com") }, "no password" },
        { Right with { PublicEndpoint = new Uri("http://files.example.com") }, "Store:PublicEndpoint" },
        { Right with { PublicBaseUrl = new Uri("https://cdn.example.com/?a=b") }, "Store:PublicBaseUrl" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Validate_NamesTheOneWrongSetting(StoreSettings settings, string name) =>
        Assert.Contains(name, Assert.Single(settings.Validate()), StringComparison.Ordinal);

    [Fact]
    public void Validate_IsContent_WithWhatWorks()
    {
        StoreSettings[] fine =
        [
            new(),
            Right,
            Right with { Endpoint = new Uri("http://localhost:9000") },
            Right with { Endpoint = new Uri("http://[::1]:9000") },
            Right with { Endpoint = new Uri("http://store:9000"), AllowInsecureEndpoint = true },
            Right with { PublicEndpoint = new Uri("https://files.example.com"), PublicBaseUrl = new Uri("https://cdn.example.com/films") },
        ];
        Assert.All(fine, settings => Assert.Empty(settings.Validate()));
    }

    [Fact]
    public void Validate_TellsAllAtOnce_AndNoSecret()
    {
        var wrong = (Right with { Bucket = "X", AccessKey = null, Endpoint = new Uri("http://s3.example.com") }).Validate();

        Assert.Equal(3, wrong.Count);
        Assert.All(wrong, sentence => Assert.DoesNotContain("secret", sentence, StringComparison.Ordinal));
    }
}
