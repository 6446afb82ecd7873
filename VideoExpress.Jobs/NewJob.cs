using System.Text.Json;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs;

/// <summary>A job as asked for: its fields are well-formed, but nothing was looked up yet.</summary>
/// <param name="Type">What kind of job.</param>
/// <param name="Parameters">Its validated parameters.</param>
/// <param name="ParametersPath">Where they stand in the request, for errors: <c>params</c>, or empty for its root.</param>
/// <param name="Quality"><c>draft</c> or <c>final</c>; null: the server's default.</param>
/// <param name="DependsOn">Jobs to wait for, beside those that its sources name.</param>
public sealed record NewJob(JobType Type, JobParameters Parameters, string ParametersPath, string? Quality, IReadOnlyList<Guid> DependsOn)
{
    private const int MaxDependencies = 200;

    /// <summary>Reads <c>{type, params, quality, depends_on}</c>.</summary>
    /// <exception cref="InvalidFieldsException">Fields are wrong, unknown or missing.</exception>
    public static NewJob Read(JsonElement body)
    {
        var errors = new FieldErrors();
        var reader = new ParameterReader(body, "", errors);
        var typeName = reader.RequiredText("type", 64);
        var quality = ReadQuality(reader);
        var dependsOn = reader.Ids("depends_on", MaxDependencies);
        var json = reader.RequiredObject("params");
        reader.RefuseUnknown();
        var type = JobType.All.GetValueOrDefault(typeName);
        if (type is null && typeName.Length > 0)
        {
            reader.Fail("type", Unknown(typeName));
        }

        var parameters = type is not null && json is { } value ? type.Read(value, "params", errors) : null;
        errors.ThrowIfAny();
        return new NewJob(type!, parameters!, "params", quality, dependsOn);
    }

    /// <summary>Reads an EXPORT whose parameters are the request itself: <c>{clips, captions}</c>.</summary>
    /// <exception cref="InvalidFieldsException">Fields are wrong, unknown or missing.</exception>
    public static NewJob ReadStitch(JsonElement body)
    {
        var errors = new FieldErrors();
        var export = JobType.All["EXPORT"];
        var parameters = export.Read(body, "", errors);
        errors.ThrowIfAny();
        return new NewJob(export, parameters, "", null, []);
    }

    private static string? ReadQuality(ParameterReader reader)
    {
        const string absent = "";
        var quality = reader.Choice("quality", absent, JobQuality.Draft, JobQuality.Final);
        return quality == absent ? null : quality;
    }

    private static string Unknown(string name)
    {
        if (JobType.Reserved.Contains(name))
        {
            return $"{name} is not available in this version yet; available are {string.Join(", ", JobType.All.Keys)}.";
        }

        var meant = NearestName.Meant(name, JobType.All.Keys.Concat(JobType.Reserved));
        return $"there is no job type \"{name}\"{(meant is null ? $"; known are {string.Join(", ", JobType.All.Keys)}." : $"; did you mean {meant}?")}";
    }
}
