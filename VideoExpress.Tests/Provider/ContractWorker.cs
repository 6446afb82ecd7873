using System.Security.Cryptography;
using System.Text.Json.Nodes;
using VideoExpress.Tests.Integration.Chain;

namespace VideoExpress.Tests.Provider;

/// <summary>
/// Does one request as the worker contract has it: looks for a result, claims, makes, puts the files, then <c>result.json</c>, and reports
/// last. It disappears where the request's misbehaviour says so.
/// </summary>
internal sealed class ContractWorker(StoreFiles store, ProviderClock clock, ProviderPace pace)
{
    /// <summary>Works until the end, or until it is stopped.</summary>
    public async Task<WorkerEnd> WorkAsync(ProviderRequest request, string workerId, CancellationToken cancellationToken)
    {
        var input = request.Input;
        if (await store.GetAsync(input["result_get_url"]!.GetValue<string>(), cancellationToken) is { } earlier)
        {
            if (earlier["superseded"]?.GetValue<bool>() == true)
            {
                return new WorkerEnd(ChargeEnd.Superseded, null, "superseded: another attempt has taken the place of this one");
            }

            return new WorkerEnd(ChargeEnd.AlreadyFinished, earlier, null);
        }

        if (request.Behaviour.Vanishes == VanishingPoint.BeforeClaim)
        {
            return WorkerEnd.Gone;
        }

        using var claimed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var claiming = ClaimAsync(request, workerId, claimed.Token);
        try
        {
            return await MakeAsync(request, claiming, cancellationToken);
        }
        finally
        {
            await claimed.CancelAsync();
        }
    }

    /// <summary>The claim goes its own way meanwhile: a store that is away keeps nobody from working.</summary>
    private async Task<WorkerEnd> MakeAsync(ProviderRequest request, Task claiming, CancellationToken cancellationToken)
    {
        request.Advance(10);
        await clock.DelayAsync(request.Behaviour.WorksLong ? pace.LongWork : pace.Work, cancellationToken);
        if (request.Behaviour.Error is { } error)
        {
            return new WorkerEnd(ChargeEnd.Failed, null, error);
        }

        if (request.Behaviour.Vanishes == VanishingPoint.AfterClaim)
        {
            await claiming;
            return WorkerEnd.Gone;
        }

        request.Advance(90);
        return await DeliverAsync(request, cancellationToken);
    }

    private Task ClaimAsync(ProviderRequest request, string workerId, CancellationToken cancellationToken) => store.PutAsync(
        request.Input["claim_put_url"]!.GetValue<string>(),
        new JsonObject { ["attempt_id"] = $"{request.AttemptId:D}", ["worker"] = workerId, ["request_id"] = request.Id },
        cancellationToken);

    private async Task<WorkerEnd> DeliverAsync(ProviderRequest request, CancellationToken cancellationToken)
    {
        var video = await TestVideo.BytesAsync();
        await store.PutAsync(request.Input["outputs"]![0]!["put_url"]!.GetValue<string>(), video, "video/mp4", cancellationToken);
        if (request.Behaviour.Vanishes == VanishingPoint.AfterFiles)
        {
            return WorkerEnd.Gone;
        }

        var result = new JsonObject
        {
            ["attempt_id"] = $"{request.AttemptId:D}",
            ["files"] = new JsonArray(new JsonObject
            {
                ["name"] = "video", ["content_type"] = "video/mp4", ["bytes"] = video.Length, ["uploaded"] = true,
                ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(video)),
            }),
            ["seconds"] = pace.Work.TotalSeconds, ["backend"] = "diffusers:test", ["model"] = "m1", ["seed"] = 11,
        };
        await store.PutAsync(request.Input["result_put_url"]!.GetValue<string>(), result, cancellationToken);
        return request.Behaviour.Vanishes == VanishingPoint.AfterResult ? WorkerEnd.Gone : new WorkerEnd(ChargeEnd.Finished, result, null);
    }
}

/// <summary>How a worker left a request.</summary>
internal sealed record WorkerEnd(ChargeEnd End, JsonObject? Output, string? Error)
{
    /// <summary>It disappeared without a word.</summary>
    public static readonly WorkerEnd Gone = new(ChargeEnd.Vanished, null, null);
}
