using System.Text.Json;
using RestSharp;

namespace VideoExpress.Jobs.Gpu;

/// <summary>
/// Decides what became of a <c>POST /run</c>. Refused for certain: nothing was sent, or the status says so. Everything else that brings no
/// id (no answer, 408, 5xx, an unreadable success) may run and be charged.
/// </summary>
internal static class SubmitOutcome
{
    public static SubmitResult Of(RestResponse response, bool wasSent, TimeProvider time) => (int)response.StatusCode switch
    {
        0 when !wasSent => Refused(response, time),
        0 => new SubmitResult.FateUnknown("The connection to the GPU provider broke before it answered."),
        >= 200 and < 300 => Accepted(response),
        408 or >= 500 => new SubmitResult.FateUnknown(ProviderError.Message(response)),
        _ => Refused(response, time),
    };

    private static SubmitResult.Refused Refused(RestResponse response, TimeProvider time) =>
        new(ProviderError.Message(response), ProviderError.CanHeal(response), ProviderError.RetryAfter(response, time));

    private static SubmitResult Accepted(RestResponse response)
    {
        try
        {
            return new SubmitResult.Accepted(RunPodAnswers.RequestId(response.Content));
        }
        catch (JsonException)
        {
            return new SubmitResult.FateUnknown("The GPU provider's answer could not be read.");
        }
    }
}
