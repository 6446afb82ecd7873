using System.Text.Json;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Tests.Unit.Types;

public sealed class NewJobTests
{
    private const string Id = "0199a3f2-7c41-7000-8000-000000000001";

    [Fact]
    public void Read_FillsDefaults_WhereNothingIsSaid()
    {
        var job = NewJob.Read(JsonElement.Parse("""{"type":"RENDER","params":{"prompt":"a lighthouse"}}"""));

        var render = Assert.IsType<RenderJob>(job.Parameters);
        Assert.Equal(new RenderJob("a lighthouse", 5, "720p", "16:9", null, null, null, render.Captions), render);
        Assert.Empty(render.Captions);
        Assert.Null(job.Quality);
    }

    [Fact]
    public void Read_TakesTheOriginalDocumentsExample()
    {
        var job = NewJob.Read(JsonElement.Parse(
            """{"type":"RENDER","params":{"prompt":"A cinematic shot...","duration":5,"resolution":"1080p"}}"""));

        Assert.Equal("1080p", Assert.IsType<RenderJob>(job.Parameters).Resolution);
    }

    [Fact]
    public void ReadStitch_TakesTheOriginalDocumentsExampleAsItStands()
    {
        var job = NewJob.ReadStitch(JsonElement.Parse(
            """{"clips":[{"url":"s3://...","start":0,"end":5}],"captions":[{"text":"Hello","start":0,"end":2}]}"""));

        var export = Assert.IsType<ExportJob>(job.Parameters);
        Assert.Equal(new MediaSource.Stored("...", ""), Assert.Single(export.Clips).Url);
        Assert.Equal("Hello", Assert.Single(export.Captions).Text);
    }

    [Theory]
    [InlineData("""{"type":"RENDER","params":{}}""", "params.prompt", "is missing")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"  "}}""", "params.prompt", "must not be empty")]
    [InlineData("""{"type":"RENDER","params":{"prompt":7}}""", "params.prompt", "must be text, not 7")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x","duration":0.5}}""", "params.duration", "must be a number from 1 to 30, not 0.5")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x","duration":"5"}}""", "params.duration", "not \"5\"")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x","duration":1e999}}""", "params.duration", "must be a number from 1 to 30")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x","resolution":"4k"}}""", "params.resolution", "480p, 720p, 1080p")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x","seed":1.5}}""", "params.seed", "whole number")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x","promt":"y"}}""", "params.promt", "did you mean prompt?")]
    [InlineData("""{"type":"RENDER","params":[]}""", "params", "must be an object, not a list")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x"},"parms":{}}""", "parms", "did you mean params?")]
    [InlineData("""{"type":"RENDR","params":{}}""", "type", "did you mean RENDER?")]
    [InlineData("""{"type":"TTS","params":{}}""", "type", "TTS is not available in this version yet")]
    [InlineData("""{"params":{}}""", "type", "is missing")]
    [InlineData("""{"type":"RENDER"}""", "params", "is missing")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x"},"quality":"best"}""", "quality", "draft, final")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x"},"depends_on":["x"]}""", "depends_on", "job ids")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x","captions":[{"text":"a","start":2,"end":2}]}}""", "params.captions[0].end", "must be after start")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"x","captions":[{"text":"a","start":0,"end":1},{"start":0,"end":1}]}}""", "params.captions[1].text", "is missing")]
    [InlineData("""{"type":"EXPORT","params":{"clips":[]}}""", "params.clips", "1 to 200 items, not 0")]
    [InlineData("""{"type":"EXPORT","params":{"clips":[{"url":"http://a/b","start":3,"end":1}]}}""", "params.clips[0].end", "must be after start")]
    [InlineData("""{"type":"EXPORT","params":{"clips":[{"url":"ftp://a/b"}]}}""", "params.clips[0].url", "http(s)://")]
    [InlineData("""{"type":"EXPORT","params":{"clips":[{"url":"/etc/passwd"}]}}""", "params.clips[0].url", "http(s)://")]
    [InlineData("""{"type":"EXPORT","params":{"clips":[{"url":"http://user:secret@a/b"}]}}""", "params.clips[0].url", "http(s)://")]
    [InlineData("""{"type":"EXPORT","params":{"clips":[{"url":{"job":"x"}}]}}""", "params.clips[0].url", "another job's output")]
    [InlineData("""{"type":"RENDER","params":{"prompt":"a\u0000b"}}""", "params.prompt", "control characters")]
    public void Read_NamesTheFieldAndTheLimit(string body, string field, string sentence)
    {
        var errors = Assert.Throws<InvalidFieldsException>(() => NewJob.Read(JsonElement.Parse(body))).Errors.ToDictionary();

        Assert.Contains(errors[field], said => said.Contains(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_NamesEveryFaultAtOnce()
    {
        var errors = Assert.Throws<InvalidFieldsException>(() => NewJob.Read(JsonElement.Parse(
            """{"type":"RENDER","params":{"duration":99,"resolution":"x"},"qualty":"draft"}"""))).Errors.ToDictionary();

        Assert.Equal(["params.duration", "params.prompt", "params.resolution", "qualty"], errors.Keys);
    }

    [Fact]
    public void Read_TakesAnotherJobsOutputAsSource()
    {
        var job = NewJob.Read(JsonElement.Parse($$$"""{"type":"EXPORT","params":{"clips":[{"url":{"job":"{{{Id}}}","output":"video"}}]}}"""));

        Assert.Equal(new MediaSource.OfJob(Guid.Parse(Id), "video"), Assert.Single(job.Parameters.Sources).Source);
    }

    [Fact]
    public void Parameters_SurviveTheirRow()
    {
        var type = JobType.All["EXPORT"];
        var parameters = NewJob.Read(JsonElement.Parse(
            $$"""
            {"type":"EXPORT","params":{"clips":[{"url":{"job":"{{Id}}"},"start":1.5},{"url":"https://a.example/b.mp4?x=1&y=2"},{"url":"s3://b/k"}],
             "captions":[{"text":"„Zitat“: 'a'\nb","start":0.5,"end":2}] } }
            """)).Parameters;

        var row = AJob.OfType("EXPORT").With(type.Write(parameters));

        Assert.Equal(type.Write(parameters), type.Write(JobType.Of(row)));
    }

    [Theory]
    [InlineData("""{"prompt":"x"}""", "Submit,Poll,Upload")]
    [InlineData("""{"prompt":"x","captions":[{"text":"a","start":0,"end":1}]}""", "Submit,Poll,Upload,Stitch,Upload")]
    public void Chain_IsTheDesigns(string parameters, string steps)
    {
        var job = NewJob.Read(JsonElement.Parse($$"""{"type":"RENDER","params":{{parameters}} }"""));

        Assert.Equal(steps, string.Join(',', job.Parameters.Chain.Links.Select(link => link.Name)));
        Assert.Equal(100, job.Parameters.Chain.Links[^1].To);
    }

    [Fact]
    public void Progress_NeverLeavesItsLinksShare()
    {
        foreach (var link in ChainPlan.GpuWithStitch.Links)
        {
            Assert.Equal(link.From, link.ProgressAt(-1));
            Assert.Equal(link.To, link.ProgressAt(2));
        }

        Assert.All(
            ChainPlan.GpuWithStitch.Links.Zip(ChainPlan.GpuWithStitch.Links.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
    }
}
