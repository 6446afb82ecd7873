using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VideoExpress.Jobs.Types;

/// <summary>
/// Where media comes from, wherever the API takes a URL: <c>https://…</c>, <c>http://…</c>, <c>s3://bucket/key</c> of the configured
/// store, <c>asset://id</c>, or another job's output as <c>{"job": id, "output": "video"}</c>, which also makes the job wait for that one.
/// </summary>
[JsonConverter(typeof(MediaSourceConverter))]
public abstract record MediaSource
{
    private MediaSource()
    {
    }

    /// <summary>A file on the web, or one of our own signed output URLs.</summary>
    public sealed record Web(Uri Url) : MediaSource
    {
        /// <inheritdoc />
        public override string ToString() => Url.Host;
    }

    /// <summary>An object of the configured store, as <c>s3://bucket/key</c>.</summary>
    public sealed record Stored(string Bucket, string Key) : MediaSource
    {
        /// <inheritdoc />
        public override string ToString() => Key.Length == 0 ? $"s3://{Bucket}" : $"s3://{Bucket}/{Key}";
    }

    /// <summary>What a creator brought along, as <c>asset://id</c>.</summary>
    public sealed record Asset(Guid Id) : MediaSource
    {
        /// <summary>What stands before the id.</summary>
        public const string Scheme = "asset://";

        /// <inheritdoc />
        public override string ToString() => $"{Scheme}{Id:D}";
    }

    /// <summary>The published output <paramref name="Output"/> of another job.</summary>
    public sealed record OfJob(Guid JobId, string Output) : MediaSource
    {
        /// <inheritdoc />
        public override string ToString() => $"{Output} of job {JobId:D}";
    }

    /// <summary>Reads a source; false with a sentence for its sender when it is none.</summary>
    public static bool TryRead(JsonElement json, [NotNullWhen(true)] out MediaSource? source, [NotNullWhen(false)] out string? sentence)
    {
        source = json.ValueKind switch
        {
            JsonValueKind.String => ReadUrl(json.GetString()!),
            JsonValueKind.Object => ReadJob(json),
            _ => null,
        };
        sentence = source is null
            ? """must be an http(s)://, s3:// or asset:// URL, or another job's output as {"job": "its id", "output": "video"}."""
            : null;
        return source is not null;
    }

    private static MediaSource? ReadUrl(string text)
    {
        const string s3 = "s3://";
        if (text.StartsWith(s3, StringComparison.OrdinalIgnoreCase) && text.Length > s3.Length)
        {
            var parts = text[s3.Length..].Split('/', 2);
            return new Stored(parts[0], parts.Length > 1 ? parts[1] : "");
        }

        if (text.StartsWith(Asset.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return Guid.TryParseExact(text.AsSpan(Asset.Scheme.Length), "D", out var id) ? new Asset(id) : null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 && url.UserInfo.Length == 0
            ? new Web(url)
            : null;
    }

    private static OfJob? ReadJob(JsonElement json)
    {
        var known = json.EnumerateObject().All(property => property.Name is "job" or "output");
        var id = json.TryGetProperty("job", out var job) && job.ValueKind == JsonValueKind.String && Guid.TryParse(job.GetString(), out var guid)
            ? guid
            : (Guid?)null;
        var output = !json.TryGetProperty("output", out var name) ? "video" : name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        return known && id is { } jobId && !string.IsNullOrEmpty(output) ? new OfJob(jobId, output) : null;
    }
}

internal sealed class MediaSourceConverter : JsonConverter<MediaSource>
{
    public override MediaSource Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        MediaSource.TryRead(JsonElement.ParseValue(ref reader), out var source, out var sentence) ? source : throw new JsonException(sentence);

    public override void Write(Utf8JsonWriter writer, MediaSource value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case MediaSource.Web web:
                writer.WriteStringValue(web.Url.AbsoluteUri);
                break;
            case MediaSource.Stored stored:
                writer.WriteStringValue(stored.ToString());
                break;
            case MediaSource.Asset asset:
                writer.WriteStringValue(asset.ToString());
                break;
            case MediaSource.OfJob ofJob:
                writer.WriteStartObject();
                writer.WriteString("job", ofJob.JobId.ToString("D"));
                writer.WriteString("output", ofJob.Output);
                writer.WriteEndObject();
                break;
        }
    }
}
