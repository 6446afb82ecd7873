namespace VideoExpress.Jobs.Provenance;

/// <summary><c>Provenance:*</c>: what published files tell of how they were made.</summary>
public sealed record ProvenanceSettings
{
    /// <summary>Puts the recipe (prompt, seed, model, …) into the video file. Default: true.</summary>
    public bool EmbedRecipe { get; init; } = true;

    /// <summary>Puts the machine-readable mark of generated media (IPTC digital source type, in XMP) into the video file. Default: true.</summary>
    public bool AiMark { get; init; } = true;

    /// <summary>Publishes the recipe beside the video as well, as the output <c>recipe</c>. Default: true.</summary>
    public bool Sidecar { get; init; } = true;
}
