using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using VideoExpress.Jobs;
using VideoExpress.Web.Endpoints.Jobs;
using VideoExpress.Web.Hosting;

namespace VideoExpress.Web.Endpoints.Timeline;

/// <summary><c>POST /timeline/stitch</c>: the short form of an EXPORT job.</summary>
internal static class StitchTimeline
{
    public static IServiceCollection AddTimelineEndpoints(this IServiceCollection services) => services.AddJson(StitchJson.Default);

    public static void MapTimeline(this IEndpointRouteBuilder routes) => routes
        .MapAcceptJob("/timeline/stitch", NewJob.ReadStitch)
        .Accepts<StitchTimelineRequest>("application/json")
        .WithTags("Timeline")
        .WithName(nameof(StitchTimeline))
        .WithSummary("Join clips into one captioned film: makes an EXPORT job.");
}

/// <summary>What <c>POST /timeline/stitch</c> takes.</summary>
/// <param name="Clips">In their order.</param>
/// <param name="Captions">Burned in, and put beside the film as SRT.</param>
internal sealed record StitchTimelineRequest(IReadOnlyList<StitchTimelineClip> Clips, IReadOnlyList<StitchTimelineCaption>? Captions = null);

/// <summary>A piece of a source, in seconds of it.</summary>
/// <param name="Url">An http(s)://, s3:// or asset:// URL, or <c>{"job": id, "output": "video"}</c>.</param>
/// <param name="Start">Default 0.</param>
/// <param name="End">Default: the source's end.</param>
internal sealed record StitchTimelineClip(JsonNode Url, double Start = 0, double? End = null);

/// <summary>A text, in seconds of the finished film.</summary>
internal sealed record StitchTimelineCaption(string Text, double Start, double End);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StitchTimelineRequest))]
internal sealed partial class StitchJson : JsonSerializerContext;
