using System.Text.Json.Nodes;

namespace VideoExpress.Jobs.Gpu;

/// <summary>What one paid attempt asks of the provider.</summary>
/// <param name="Input">Everything the worker needs, <c>attempt_id</c> included; never empty. At most 10 MiB as UTF-8 JSON.</param>
/// <param name="ExecutionTimeout">The provider's limit from pick-up by a worker: 5 seconds to 7 days.</param>
/// <param name="TimeToLive">The provider forgets the request this long after its submission: 10 seconds to 7 days.</param>
/// <param name="Webhook">Called by the provider when the request is over; none: it is only polled.</param>
public sealed record GpuRequest(JsonObject Input, TimeSpan ExecutionTimeout, TimeSpan TimeToLive, Uri? Webhook);
