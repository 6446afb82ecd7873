using System.Text.Json;
using VideoExpress.Jobs;

namespace VideoExpress.Tests.Unit;

/// <summary>Builds jobs for tests: <c>AJob.OfType("RENDER").With(parameters)</c>.</summary>
internal static class AJob
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static Job OfType(string type) => new()
    {
        Id = Guid.CreateVersion7(Start),
        Type = type,
        Status = JobStatus.Queued,
        Progress = 0,
        Phase = JobPhase.Waiting,
        HeldReason = null,
        Parameters = JsonElement.Parse("""{"prompt":"a lighthouse","duration":5,"resolution":"720p","aspect_ratio":"16:9","captions":[]}"""),
        Quality = JobQuality.Draft,
        Error = null,
        Warnings = [],
        Step = null,
        Rev = 0,
        CreatedAt = Start,
        UpdatedAt = Start,
        StartedAt = null,
        FinishedAt = null,
        Pinned = false,
        Trash = null,
    };

    public static Job With(this Job job, string parameters) => job with { Parameters = JsonElement.Parse(parameters) };

    /// <summary>Captions make the chain of five steps.</summary>
    public static Job Captioned(this Job job) => job.With(
        """{"prompt":"a lighthouse","duration":5,"resolution":"720p","aspect_ratio":"16:9","captions":[{"text":"Hello","start":0,"end":2}]}""");
}
