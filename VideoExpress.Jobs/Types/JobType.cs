using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace VideoExpress.Jobs.Types;

/// <summary>A job type as data: its name, how its parameters are read, and how they are written down.</summary>
public sealed class JobType
{
    private readonly Func<ParameterReader, JobParameters> _read;
    private readonly JsonTypeInfo _json;

    private JobType(string name, Func<ParameterReader, JobParameters> read, JsonTypeInfo json) => (Name, _read, _json) = (name, read, json);

    /// <summary>The types that can be made, by their names in the API.</summary>
    public static IReadOnlyDictionary<string, JobType> All { get; } = new JobType[]
    {
        new("RENDER", RenderJob.Read, ParametersJson.Default.RenderJob),
        new("EXPORT", ExportJob.Read, ParametersJson.Default.ExportJob),
    }.ToDictionary(type => type.Name);

    /// <summary>Names that the API keeps for types which this version cannot make yet.</summary>
    public static IReadOnlyList<string> Reserved { get; } = ["IMG2VID", "TTS", "LIPSYNC", "TRAIN_TWIN", "INPAINT", "MOTION_BRUSH"];

    /// <summary>Names of the types that a GPU works on: all but EXPORT, which FFmpeg makes here.</summary>
    public static IReadOnlyList<string> OnGpu { get; } = [.. All.Keys.Where(name => name != "EXPORT"), .. Reserved];

    /// <summary>Such as <c>RENDER</c>.</summary>
    public string Name { get; }

    /// <summary>Reads and checks parameters; faults go to <paramref name="errors"/> under <paramref name="path"/>.</summary>
    public JobParameters Read(JsonElement json, string path, FieldErrors errors)
    {
        var reader = new ParameterReader(json, path, errors);
        var parameters = _read(reader);
        reader.RefuseUnknown();
        return parameters;
    }

    /// <summary>The parameters of a job of this type, as its row has them.</summary>
    internal static JobParameters Of(Job job) => (JobParameters)job.Parameters.Deserialize(All[job.Type]._json)!;

    internal string Write(JobParameters parameters) => JsonSerializer.Serialize(parameters, _json);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RenderJob))]
[JsonSerializable(typeof(ExportJob))]
internal sealed partial class ParametersJson : JsonSerializerContext;
