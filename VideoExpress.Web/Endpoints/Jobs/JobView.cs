using System.Text.Json;
using System.Text.Json.Serialization;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Retention;
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

    /// <summary>That it is in the trash or removed; null while it is kept.</summary>
    public required TrashView? Trash { get; init; }

    /// <summary>The view of <paramref name="job"/> for the sender of <paramref name="request"/>.</summary>
    public static JobView Of(Job job, IReadOnlyList<JobOutput> outputs, OutputLinks links, HttpRequest request)
    {
        outputs = job.Trash is null or { State: TrashState.Trashed } ? outputs : [];
        var urls = outputs.ToDictionary(output => output.Name, output => links.Sign(job, output, request).AbsoluteUri);
        var files = outputs.Select(output => OutputView.Of(output, urls, links.SignDownload(job, output, request).AbsoluteUri)).ToList();
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

/// <summary>A published file. What does not fit its kind is null.</summary>
/// <param name="Name">Such as video, subtitles, poster or recipe.</param>
/// <param name="Url">Absolute, signed afresh on each read.</param>
/// <param name="DownloadUrl">The same file, likewise, for a browser to save rather than show.</param>
/// <param name="PosterUrl">A picture of a video, likewise.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Sha256">Its hash, lower-case hex.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Width">Pixels as shown.</param>
/// <param name="Height">Pixels as shown.</param>
/// <param name="Fps">Frames a second.</param>
/// <param name="Frames">Frames.</param>
/// <param name="VideoCodec">Such as h264.</param>
/// <param name="AudioCodec">Such as aac.</param>
internal sealed record OutputView(
    string Name,
    string Url,
    string DownloadUrl,
    string? PosterUrl,
    string ContentType,
    long Bytes,
    string Sha256,
    double? Duration,
    int? Width,
    int? Height,
    double? Fps,
    long? Frames,
    string? VideoCodec,
    string? AudioCodec)
{
    /// <summary>The view of <paramref name="output"/>; <paramref name="urls"/> has those of all outputs of its job, by their names.</summary>
    public static OutputView Of(JobOutput output, IReadOnlyDictionary<string, string> urls, string downloadUrl)
    {
        var facts = output.Facts;
        return new OutputView(
            output.Name,
            urls[output.Name],
            downloadUrl,
            output.ContentType.StartsWith("video/", StringComparison.Ordinal) ? urls.GetValueOrDefault(JobOutput.Poster) : null,
            output.ContentType,
            output.Bytes,
            output.Sha256,
            facts?.Duration,
            facts?.Width,
            facts?.Height,
            facts?.Fps,
            facts?.Frames,
            facts?.VideoCodec,
            facts?.AudioCodec);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(IReadOnlyList<JobView>))]
[JsonSerializable(typeof(CreateJobRequest))]
[JsonSerializable(typeof(JobCanceled))]
internal sealed partial class JobJson : JsonSerializerContext;
