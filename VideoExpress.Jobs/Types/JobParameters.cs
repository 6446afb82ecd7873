using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Jobs.Types;

/// <summary>The validated parameters of a job; each job type has its own record.</summary>
public abstract record JobParameters
{
    /// <summary>The steps that such a job takes.</summary>
    internal abstract ChainPlan Chain { get; }

    /// <summary>The files that it publishes, the main one first; the recipe only where <c>Provenance:Sidecar</c> is on.</summary>
    internal abstract IReadOnlyList<PlannedOutput> Outputs { get; }

    /// <summary>The media it takes in, each with its field such as <c>clips[0].url</c>.</summary>
    internal virtual IReadOnlyList<(string Field, MediaSource Source)> Sources => [];

    /// <summary>What each of <see cref="Sources"/> must be.</summary>
    internal virtual AssetKind SourceKind => AssetKind.Video;

    /// <summary>Captions to burn in, in seconds of the finished film.</summary>
    internal virtual IReadOnlyList<Caption> BurnedCaptions => [];

    /// <summary>What only the worker can make; empty for a job without a GPU.</summary>
    internal virtual IReadOnlyList<WorkerOutput> WorkerOutputs => [];
}

/// <summary>A file that a job publishes when it is done.</summary>
/// <param name="Name">Such as <c>video</c>.</param>
/// <param name="Kind">Null when it is neither video nor sound nor picture.</param>
internal sealed record PlannedOutput(string Name, AssetKind? Kind)
{
    public static readonly PlannedOutput Video = new(WorkerOutput.Video.Name, AssetKind.Video);
    public static readonly PlannedOutput Subtitles = new("subtitles", Kind: null);
    public static readonly PlannedOutput Poster = new(JobOutput.Poster, AssetKind.Image);
    public static readonly PlannedOutput Recipe = new(JobOutput.Recipe, Kind: null);
}

/// <summary>A file that the worker makes and puts into the inbox.</summary>
/// <param name="Name">Such as <c>video</c>.</param>
/// <param name="Extension">Of its file name, without a dot.</param>
/// <param name="ContentType">Media type.</param>
internal sealed record WorkerOutput(string Name, string Extension, string ContentType)
{
    public static readonly WorkerOutput Video = new("video", "mp4", "video/mp4");

    public string FileName => $"{Name}.{Extension}";
}
