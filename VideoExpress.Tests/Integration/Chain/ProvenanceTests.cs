using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Provenance;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Tests.Integration.Timeline;
using VideoExpress.Tests.Unit.Fetch;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>Published files tell how they were made, to everybody's tools.</summary>
public sealed class ProvenanceTests
{
    private const string Model = "diffusers:0.31";
    private const string Captions = ""","captions":[{"text":"Hello","start":0,"end":1}]""";

    [Theory]
    [InlineData("draft", "algorithmicMedia")]
    [InlineData(Model, "trainedAlgorithmicMedia")]
    [InlineData(null, "algorithmicMedia")] // a handler that does not say; what was ordered is a draft
    public async Task ARender_TellsHowItWasMade_BehindTheWorkersOwnBytes(string? backend, string sourceType)
    {
        await using var host = await ChainHost.StartAsync();
        var made = await TestVideo.BytesAsync();
        var jobId = await RenderAsync(host, backend);

        var video = await PublishedVideo.OfAsync(host, jobId);

        Assert.Equal(made, video.Bytes[..made.Length]);
        Assert.Equal(24, video.Play());
        Assert.Equal(sourceType, video.SourceType);
        Assert.Equal($"VideoExpress {Recipe.ProductVersion}", video.Xmp!.Value.GetProperty("XMP-xmp:CreatorTool").GetString());
        Assert.Equal("Made with VideoExpress", video.Xmp!.Value.GetProperty("XMP-photoshop:Credit").GetString());
        var recipe = JsonElement.Parse((await video.RecipeAsync())!);
        Assert.Equal(("a lighthouse", 11, "m1"), (Text(recipe, "prompt"), recipe.GetProperty("seed").GetInt32(), Text(recipe, "model")));
        Assert.Equal((jobId.ToString(), backend), (Text(recipe, "job_id"), backend is null ? null : Text(recipe, "backend")));
        Assert.EndsWith("/" + sourceType, Text(recipe, "digital_source_type"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutputsOfARender_SayWhatIsInThem_AndTheVideoNamesItsPoster()
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await RenderAsync(host);

        var outputs = (await host.GetAsync(jobId)).GetProperty("outputs");

        var (video, poster, recipe) = (outputs[0], outputs[1], outputs[2]);
        Assert.Equal(
            """1,320,180,24,24,"h264",null""",
            string.Join(',', new[] { "duration", "width", "height", "fps", "frames", "video_codec", "audio_codec" }.Select(name => video.GetProperty(name).GetRawText())));
        Assert.Equal([0xFF, 0xD8], (await host.Http.GetByteArrayAsync(Text(video, "poster_url")))[..2]);
        Assert.Equal((320, 180), (poster.GetProperty("width").GetInt32(), poster.GetProperty("height").GetInt32()));
        Assert.Equal(
            [JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null],
            [poster.GetProperty("poster_url").ValueKind, poster.GetProperty("duration").ValueKind, recipe.GetProperty("width").ValueKind]);
        foreach (var output in outputs.EnumerateArray())
        {
            var bytes = await host.Http.GetByteArrayAsync(Text(output, "url"));
            Assert.Equal((bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))), (output.GetProperty("bytes").GetInt32(), Text(output, "sha256")));
        }
    }

    [Fact]
    public async Task TheSidecar_IsTheRecipeInTheFile_AndItsNameIsKnown()
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await RenderAsync(host, extra: Captions);

        var output = host.Desk.Find(jobId)!.Value.Outputs.Single(file => file.Name == "recipe");
        Assert.Equal(("application/json", "recipe.json"), (output.ContentType, output.Key.Name));
        var sidecar = await host.Http.GetByteArrayAsync((await host.GetAsync(jobId)).GetProperty("output_urls")[3].GetString());
        Assert.Equal(await (await PublishedVideo.OfAsync(host, jobId)).RecipeAsync(), sidecar);
    }

    [Fact]
    public async Task ACaptionedRender_IsMarkedInTheFilm_AndItsTakeIsTheWorkersFile()
    {
        await using var host = await ChainHost.StartAsync();
        var made = await TestVideo.BytesAsync();
        var jobId = await RenderAsync(host, Model, Captions);

        var take = host.Read(db => db.OutputsOf(jobId, OutputTable.Take)).Single();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(made)), take.Sha256);
        var film = await PublishedVideo.OfAsync(host, jobId);
        Assert.Equal(("trainedAlgorithmicMedia", 24), (film.SourceType, film.Play()));
        Assert.Equal("Hello", Text(JsonElement.Parse((await film.RecipeAsync())!).GetProperty("params").GetProperty("captions")[0], "text"));
    }

    [Theory]
    [InlineData("job", Model, "compositeSynthetic")]
    [InlineData("url", Model, "compositeSynthetic")]
    [InlineData("film of it", Model, "compositeSynthetic")]
    [InlineData("job", "draft", "composite")]
    public async Task AnExport_IsMarkedByWhatIsInIt_HoweverItWasGiven(string how, string backend, string sourceType)
    {
        await using var host = await ChainHost.StartAsync();
        var render = await RenderAsync(host, backend);
        var source = how switch
        {
            "url" => $"\"{(await host.GetAsync(render)).GetProperty("output_urls")[0].GetString()}\"",
            "film of it" => $$"""{"job":"{{await ExportAsync(host, $$"""{"job":"{{render}}"}""")}}"}""",
            _ => $$"""{"job":"{{render}}"}""",
        };

        var film = await PublishedVideo.OfAsync(host, await ExportAsync(host, source));

        Assert.Equal((sourceType, 24), (film.SourceType, film.Play()));
        var recipe = Encoding.UTF8.GetString((await film.RecipeAsync())!);
        Assert.Single(JsonElement.Parse(recipe).GetProperty("params").GetProperty("clips").EnumerateArray());
        Assert.DoesNotContain("sig=", recipe, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnExportOfSomebodyElsesClip_HasARecipeWithoutSecrets_AndNoMark()
    {
        var made = await TestVideo.BytesAsync();
        await using var web = await FileServer.StartAsync(context => context.Response.Body.WriteAsync(made).AsTask());
        await using var host = await ChainHost.StartAsync("--Fetch:AllowPrivateAddresses", "true");

        var film = await PublishedVideo.OfAsync(host, await ExportAsync(host, $"\"{web.Address}a.mp4?token=secret\""));

        Assert.Null(film.SourceType);
        var recipe = Encoding.UTF8.GetString((await film.RecipeAsync())!);
        Assert.Contains("/a.mp4\"", recipe, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", recipe, StringComparison.Ordinal);
        Assert.DoesNotContain("digital_source_type", recipe, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EmbedRecipe", false, true, true)]
    [InlineData("AiMark", true, false, true)]
    [InlineData("Sidecar", true, true, false)]
    public async Task EachPart_CanBeSwitchedOff_AndNothingElseGoesWithIt(string setting, bool recipe, bool mark, bool sidecar)
    {
        await using var host = await ChainHost.StartAsync($"--Provenance:{setting}", "false");
        var jobId = await RenderAsync(host, Model);

        var video = await PublishedVideo.OfAsync(host, jobId);

        Assert.Equal(
            (recipe, mark, sidecar),
            (await video.RecipeAsync() is not null, video.SourceType is not null, host.Desk.Find(jobId)!.Value.Outputs.Any(file => file.Name == "recipe")));
    }

    [Fact]
    public async Task WithEverythingSwitchedOff_TheWorkersFileIsPublishedAsItIs()
    {
        await using var host = await ChainHost.StartAsync("--Provenance:EmbedRecipe=false", "--Provenance:AiMark=false", "--Provenance:Sidecar=false");

        var jobId = await RenderAsync(host);

        Assert.Equal(await TestVideo.BytesAsync(), (await PublishedVideo.OfAsync(host, jobId)).Bytes);
        Assert.Equal(["video", "poster"], host.Desk.Find(jobId)!.Value.Outputs.Select(file => file.Name));
    }

    [Fact]
    public async Task AFileThatNothingCanBeAppendedTo_IsPublishedAsItIs_AndItsOwnerIsTold()
    {
        using var folder = new TempFolder();
        var path = folder.File("fragmented.mp4");
        await File.WriteAllBytesAsync(folder.File("plain.mp4"), await TestVideo.BytesAsync());
        Tool.Run("ffmpeg", ["-v", "error", "-i", folder.File("plain.mp4"), "-c", "copy", "-movflags", "frag_keyframe+empty_moov", path]);
        var made = await File.ReadAllBytesAsync(path);
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.RenderAsync();
        var worker = host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), made);

        var job = await host.UntilSucceededAsync(jobId);

        Assert.Equal(made, (await PublishedVideo.OfAsync(host, jobId)).Bytes);
        Assert.Contains(job.Warnings, warning => warning.Contains("since it is in fragments", StringComparison.Ordinal));
        Assert.Contains(host.Desk.Find(jobId)!.Value.Outputs, file => file.Name == "recipe");
    }

    [Fact]
    public async Task APrompt_IsText_NeverMarkup()
    {
        const string Prompt = "]]></rdf:li><?xpacket end=\\\"w\\\"?><Iptc4xmpExt:DigitalSourceType>digitalCapture</Iptc4xmpExt:DigitalSourceType> & Grüße 明天 🎬 '\\\"},{";
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.PostAsync("/jobs", $$"""{"type":"RENDER","params":{"prompt":"{{Prompt}}","duration":1,"resolution":"480p"} }""");
        var worker = host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync(), Model);
        await host.UntilSucceededAsync(jobId);

        var video = await PublishedVideo.OfAsync(host, jobId);

        Assert.Equal(("trainedAlgorithmicMedia", 24), (video.SourceType, video.Play()));
        Assert.Equal("Generated by an AI model.", video.Xmp!.Value.GetProperty("XMP-dc:Description").GetString());
        Assert.Equal(JsonElement.Parse($"\"{Prompt}\"").GetString(), Text(JsonElement.Parse((await video.RecipeAsync())!), "prompt"));
    }

    [Fact]
    public async Task APublicationThatIsRunAgain_FindsTheFilmAsItWasMade_AndAddsTheSame()
    {
        await using var host = await ChainHost.StartAsync();
        var (render, never) = (await RenderAsync(host, Model), await host.RenderAsync());
        var export = await host.PostAsync(
            "/jobs", $$$"""{"type":"EXPORT","params":{"clips":[{"url":{"job":"{{{render}}}"}}]},"depends_on":["{{{never}}}"]}""");
        var turn = new Turn(host.Desk.Find(export)!.Value.Job, new StepRow { Ordinal = 1 });
        var (films, imprint) = (host.Services.GetRequiredService<FilmMaker>(), host.Services.GetRequiredService<Imprint>());
        var made = await films.EnsureAsync(turn, new Progress<double>(), CancellationToken.None);
        var published = await imprint.AddAsync(turn, made, CancellationToken.None);
        Assert.True(published.Files[0].Bytes > made.Files[0].Bytes);

        // From here on it could not be made once more.
        await host.Services.GetRequiredService<IObjectStore>().DeleteAsync(host.Desk.Find(render)!.Value.Outputs[0].Key, CancellationToken.None);
        Directory.Delete(host.Services.GetRequiredService<WorkFolders>().Get(export, "sources"), recursive: true);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var again = await films.EnsureAsync(turn, new Progress<double>(), CancellationToken.None);
            Assert.Equal(made.Files, again.Files);
            Assert.Equal(published.Files, (await imprint.AddAsync(turn, again, CancellationToken.None)).Files);
        }
    }

    private static async Task<Guid> RenderAsync(ChainHost host, string? backend = "draft", string extra = "")
    {
        var jobId = await host.RenderAsync(extra);
        var worker = host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync(), backend);
        await host.UntilSucceededAsync(jobId);
        return jobId;
    }

    private static async Task<Guid> ExportAsync(ChainHost host, string source)
    {
        var jobId = await host.PostAsync("/timeline/stitch", $$"""{"clips":[{"url":{{source}}}]}""");
        await host.UntilSucceededAsync(jobId);
        return jobId;
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
