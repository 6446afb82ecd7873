using System.Text;
using System.Text.Json;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Provenance;

namespace VideoExpress.Tests.Unit.Provenance;

public sealed class RecipeTests
{
    private static readonly Job Render = AJob.OfType("RENDER").With(
        """{"prompt":"a lighthouse","negative_prompt":"rain","duration":5.50,"resolution":"720p","aspect_ratio":"16:9","seed":7,"captions":[]}""");

    [Fact]
    public void ARecipe_TellsWhatIsNeededToMakeItAgain()
    {
        var result = WorkerResult.TryRead(JsonElement.Parse("""{"files":[],"seconds":3.25,"model":"cogvideox-5b","backend":"diffusers:0.31","seed":7}"""));

        var recipe = JsonElement.Parse(Recipe.Write(Render, result, DigitalSourceType.Trained));

        Assert.Equal(
            $$"""
            {"recipe":1,"product":"VideoExpress","product_version":"{{Recipe.ProductVersion}}","job_id":"{{Render.Id}}","type":"RENDER","quality":"draft",
            "prompt":"a lighthouse","negative_prompt":"rain","seed":7,"model":"cogvideox-5b","backend":"diffusers:0.31",
            "digital_source_type":"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia","params":{{Render.Parameters.GetRawText()}}}
            """.ReplaceLineEndings(""),
            JsonSerializer.Serialize(recipe));
    }

    [Fact]
    public void TheSameJob_HasTheSameRecipe_WhenItIsMadeAgain()
    {
        WorkerResult? Result(double seconds) => WorkerResult.TryRead(JsonElement.Parse($$"""{"seconds":{{seconds}},"model":"m"}"""));

        Assert.Equal(Recipe.Write(Render, Result(1), null), Recipe.Write(Render with { UpdatedAt = DateTimeOffset.MaxValue, Rev = 9 }, Result(2), null));
    }

    [Theory]
    [InlineData("""{"prompt":"p"}""", """{"seed":4711}""", 4711L)] // the worker chose it
    [InlineData("""{"prompt":"p","seed":5}""", """{"seed":"5"}""", 5L)] // a handler with ideas of its own
    [InlineData("""{"prompt":"p","seed":5}""", "{}", 5L)]
    [InlineData("""{"prompt":"p"}""", """{"seed":1.5}""", null)]
    public void TheSeed_IsTheOneThatWasUsed(string parameters, string result, long? seed)
    {
        var recipe = JsonElement.Parse(Recipe.Write(Render.With(parameters), WorkerResult.TryRead(JsonElement.Parse(result)), null));

        Assert.Equal(seed, recipe.TryGetProperty("seed", out var found) ? found.GetInt64() : null);
    }

    [Fact]
    public void AUrl_LosesWhatSignsIt_WhereverItStands()
    {
        var export = AJob.OfType("EXPORT").With(
            """
            {"clips":[{"url":"https://store.example/film/a%20b.mp4?X-Amz-Signature=secret1#secret2","start":0},
                      {"url":{"job":"0199a3f2-7c41-7000-8000-000000000001","output":"video"},"start":1}],
             "any":["HTTP://user:secret3@example.com/b.mp4?secret4", "see http://example.com/?page=2", "s3://film/c.mp4"]}
            """);

        var text = Encoding.UTF8.GetString(Recipe.Write(export, null, null));

        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        var made = JsonElement.Parse(text).GetProperty("params");
        Assert.Equal("https://store.example/film/a%20b.mp4", made.GetProperty("clips")[0].GetProperty("url").GetString());
        Assert.Equal("0199a3f2-7c41-7000-8000-000000000001", made.GetProperty("clips")[1].GetProperty("url").GetProperty("job").GetString());
        Assert.Equal(
            ["http://example.com/b.mp4", "see http://example.com/?page=2", "s3://film/c.mp4"],
            made.GetProperty("any").EnumerateArray().Select(text => text.GetString()));
    }

    [Theory]
    [InlineData("]]><script>alert('1')</script><?xpacket end=\"w\"?>&amp;\"},{\"recipe\":2")]
    [InlineData("Grüße 明天 завтра שלום 🎬👩‍👩‍👧")]
    [InlineData("a\0b\u001b[31m\u2028\r\n")]
    public void APrompt_IsNothingButText(string prompt)
    {
        var written = Recipe.Write(Render.With(JsonSerializer.Serialize(new { prompt })), null, null);

        var recipe = JsonElement.Parse(written);
        Assert.Equal(prompt, recipe.GetProperty("prompt").GetString());
        Assert.Equal(prompt, recipe.GetProperty("params").GetProperty("prompt").GetString());
        Assert.Equal(1, recipe.GetProperty("recipe").GetInt32());
        Assert.DoesNotContain(Encoding.UTF8.GetString(written), c => c is '<' or '>' or '&' or '\'' or '\0' or '\u001b' or '\u2028');
    }

    [Fact]
    public void APromptOfTenThousandCharacters_IsWholeInIt()
    {
        var prompt = string.Concat(Enumerable.Repeat("🎬<ü>", 2000));

        var recipe = JsonElement.Parse(Recipe.Write(Render.With(JsonSerializer.Serialize(new { prompt })), null, null));

        Assert.Equal(prompt, recipe.GetProperty("prompt").GetString());
    }
}
