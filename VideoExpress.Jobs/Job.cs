using System.Text.Json;
using VideoExpress.Jobs.Retention;

namespace VideoExpress.Jobs;

/// <summary>What a user asked for, as its row says: the truth about it.</summary>
public sealed record Job
{
    /// <summary>Its id, version 7: sorts by creation.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its job type's name, such as <c>RENDER</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobStatus Status { get; init; }

    /// <summary>0 to 100; never goes back but by a retry.</summary>
    public required int Progress { get; init; }

    /// <summary>One of <see cref="JobPhase"/>, or null once terminal and settled.</summary>
    public required string? Phase { get; init; }

    /// <summary>Why it is held, while <see cref="Phase"/> says so.</summary>
    public required string? HeldReason { get; init; }

    /// <summary>Its validated parameters, JSON.</summary>
    public required JsonElement Parameters { get; init; }

    /// <summary><c>draft</c> or <c>final</c>.</summary>
    public required string Quality { get; init; }

    /// <summary>Why it failed, in words for its owner.</summary>
    public required string? Error { get; init; }

    /// <summary>What is worth knowing but no failure.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Ordinal of its current step, from 0; null while it has no chain.</summary>
    public required int? Step { get; init; }

    /// <summary>Raised by one with each transition.</summary>
    public required long Rev { get; init; }

    /// <summary>When it was accepted, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its row last changed, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When its first step started, UTC.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it reached its terminal status, UTC.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>True when its owner keeps it, and all that it uses, for ever.</summary>
    public required bool Pinned { get; init; }

    /// <summary>That it is on its way out, or gone; null while it is kept.</summary>
    public required Trash? Trash { get; init; }

    /// <summary>The short form that people see: the id's first thirteen characters, its millisecond.</summary>
    public string ShortId => Id.ToString("D")[..13];

    /// <summary>What one of its files is saved as, such as <c>render-01a20d15-7c3e-video.mp4</c>; never of a user's words.</summary>
    public string DownloadNameOf(Store.StoreKey file) => $"{Type.ToLowerInvariant()}-{ShortId}-{file.Name}";
}

/// <summary>A file of a job.</summary>
/// <param name="Name">Unique within the job: <c>video</c>, <c>subtitles</c>, <c>poster</c>, <c>recipe</c>.</param>
/// <param name="Key">Where it lies in the store.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="Bytes">Length of the published file.</param>
/// <param name="Sha256">Hash of the published file, lower-case hex.</param>
/// <param name="Facts">What probing found; null for what is not media.</param>
public sealed record JobOutput(string Name, Store.StoreKey Key, string ContentType, long Bytes, string Sha256, OutputFacts? Facts)
{
    /// <summary>The name of the picture that stands for a job's video.</summary>
    public const string Poster = "poster";

    /// <summary>The name of the document that tells how a job's files were made.</summary>
    public const string Recipe = "recipe";
}
