using System.Text.Json;
using VideoExpress.Jobs.Idempotency;

namespace VideoExpress.Tests.Unit.Idempotency;

/// <summary>When two calls are the same one.</summary>
public sealed class RepeatableCallTests
{
    [Theory]
    [InlineData("""{"a":1,"b":[true,null]}""", """ { "b" : [ true , null ] , "a" : 1 } """)]
    [InlineData("""{"a":{"c":1,"d":2}}""", """{"a":{"d":2,"c":1}}""")]
    [InlineData("""["\u00e9","\/","\u0041"]""", """["é","/","A"]""")]
    [InlineData("""{"\u0061":1}""", """{"a":1}""")]
    [InlineData("[1,10,100,0.5,-2.5]", "[1.0,1e1,1E+2,5e-1,-25E-1]")]
    [InlineData("[0,0,0,0]", "[0.0,-0,0e5,-0.00E-9]")]
    [InlineData("[1e400,1e-400]", "[10e399,0.1e-399]")]
    [InlineData("[12345678901234567890.1]", "[1234567890123456789.01e1]")]
    public void EqualJson_IsTheSameRequest_HoweverItIsSpelled(string one, string other) => Assert.Equal(Hash(one), Hash(other));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"a":1}""", """{"a":1,"b":null}""")]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("[1,[2]]", "[[1],2]")]
    [InlineData("[1,2]", "[12]")]
    [InlineData("[1]", "[-1]")]
    [InlineData("[1]", "[10]")]
    [InlineData("[0.1]", "[1]")]
    [InlineData("[12345678901234567890]", "[12345678901234567891]")]
    [InlineData("[1e99999999999]", "[1e99999999998]")]
    [InlineData("""["a,b"]""", """["a","b"]""")]
    [InlineData("""["é"]""", """["e\u0301"]""")]
    public void OtherJson_IsAnotherRequest(string one, string other) => Assert.NotEqual(Hash(one), Hash(other));

    [Fact]
    public void AnotherPath_IsAnotherRequest() => Assert.NotEqual(Hash("{}"), Hash("{}", "/timeline/stitch"));

    private static string Hash(string json, string path = "/jobs") => RepeatableCall.Of("k", path, JsonElement.Parse(json)).RequestHash;
}
