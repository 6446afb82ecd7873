using System.Text.Json;
using System.Text.Json.Serialization;
using VideoExpress.Jobs;
using VideoExpress.Web.Endpoints.Retention;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary>A job as the API shows it.</summary>
internal sealed record JobView
{
    public required Guid JobId { get; init; }

    public required string Type { get; init; }

    /// <summary>QUEUED, RUNNING, SUCCEEDED, FAILED or CANCELED.</summary>
    public required string Status { get; init; }

    /// <summary>0 to 100.</summary>
    public required int Progress { get; init; }

    /// <summary>What is being done now; null once there is nothing left to do.</summary>
    public required string? Phase { get; init; }

    public required string? HeldReason { get; init; }

    /// <summary>draft or final.</summary>
    public required string Quality { get; init; }

    public required JsonElement Params { get; init; }

    /// <summary>Absolute URLs, the main output first, signed afresh on each read.</summary>
    public required IReadOnlyList<string> OutputUrls { get; init; }

    /// <summary>The same files with what is known of them.</summary>
    public required IReadOnlyList<OutputView> Outputs { get; init; }

    public required string? Error { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Raised by one with each change of the job.</summary>
    public required long Rev { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    public required DateTime? StartedAt { get; init; }

    public required DateTime? FinishedAt { get; init; }

    /// <summary>True when it is kept for ever.</summary>
    public required bool Pinned { get; init; }

    /// <summary>That it is in the trash or removed, with no outputs; null while it is kept.</summary>
    public required TrashView? Trash { get; init; }

    /// <summary>The view of <paramref name="job"/> for the sender of <paramref name="request"/>.</summary>
    public static JobView Of(Job job, IReadOnlyList<JobOutput> outputs, OutputLinks links, HttpRequest request)
    {
        outputs = job.Trash is null ? outputs : [];
        var files = outputs.Select(output => OutputView.Of(output, links.Sign(job, output, request), links.SignDownload(job, output, request))).ToList();
        return new JobView
        {
            JobId = job.Id,
            Type = job.Type,
            Status = job.Status.Word(),
            Progress = job.Progress,
            Phase = job.Phase,
            HeldReason = job.HeldReason,
            Quality = job.Quality,
            Params = job.Parameters,
            OutputUrls = files.ConvertAll(file => file.Url),
            Outputs = files,
            Error = job.Error,
            Warnings = job.Warnings,
            Rev = job.Rev,
            CreatedAt = job.CreatedAt.UtcDateTime,
            UpdatedAt = job.UpdatedAt.UtcDateTime,
            StartedAt = job.StartedAt?.UtcDateTime,
            FinishedAt = job.FinishedAt?.UtcDateTime,
            Pinned = job.Pinned,
            Trash = TrashView.Of(job.Trash),
        };
    }
}

/// <summary>A published file.</summary>
internal sealed record OutputView(string Name, string Url, string DownloadUrl, string ContentType, long Bytes, string Sha256, JsonElement? Facts)
{
    public static OutputView Of(JobOutput output, Uri url, Uri downloadUrl) =>
        new(output.Name, url.AbsoluteUri, downloadUrl.AbsoluteUri, output.ContentType, output.Bytes, output.Sha256, output.Facts);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(IReadOnlyList<JobView>))]
[JsonSerializable(typeof(CreateJobRequest))]
[JsonSerializable(typeof(JobCanceled))]
internal sealed partial class JobJson : JsonSerializerContext;
