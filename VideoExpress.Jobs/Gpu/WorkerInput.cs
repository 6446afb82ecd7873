using System.Text.Json.Nodes;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs.Gpu;

/// <summary>
/// Writes the worker's input: the job's parameters flat, so that a handler written after the original document works unchanged, beside
/// our own keys. Every URL in it is signed for this attempt's inbox alone; our own gateway may give it another base when it hands it out.
/// </summary>
internal sealed class WorkerInput(IObjectStore store, ServerAddress address, RunPodSettings settings)
{
    public JsonObject Write(Job job, JobParameters parameters, Attempt attempt)
    {
        var limits = settings.LimitsFor(job.Type);
        var baseUrl = attempt.Endpoint == GpuEndpoints.Local ? address.Bound : address.ForProvider;
        var input = JsonNode.Parse(job.Parameters.GetRawText())!.AsObject();
        input["attempt_id"] = attempt.Id.ToString("D");
        input["job_id"] = job.Id.ToString("D");
        input["job_type"] = job.Type;
        input["quality"] = job.Quality;
        input["execution_timeout_s"] = limits.ExecutionTimeout.TotalSeconds;
        input["outputs"] = new JsonArray([.. parameters.WorkerOutputs.Select(JsonNode (output) => new JsonObject
        {
            ["name"] = output.Name,
            ["content_type"] = output.ContentType,
            ["put_url"] = Put(StoreKey.Inbox(job.Id, attempt.Id, output.FileName)),
        })]);
        input["claim_put_url"] = Put(AttemptFiles.ClaimKey(attempt));
        input["result_put_url"] = Put(AttemptFiles.ResultKey(attempt));
        input["result_get_url"] = store.PresignGet(AttemptFiles.ResultKey(attempt), limits.WorkerUrlLifetime, baseUrl).AbsoluteUri;
        return input;

        string Put(StoreKey key) => store.PresignPut(key, limits.WorkerUrlLifetime, baseUrl).AbsoluteUri;
    }
}
