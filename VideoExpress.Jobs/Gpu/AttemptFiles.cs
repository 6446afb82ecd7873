using System.Text.Json;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs.Gpu;

/// <summary>What an attempt's worker puts into the store: a claim when it starts, the files, and its result last.</summary>
internal sealed class AttemptFiles(IObjectStore store)
{
    private const int MaxDocumentBytes = 16 << 20;

    public static StoreKey ClaimKey(Attempt attempt) => StoreKey.Inbox(attempt.JobId, attempt.Id, "claim.json");

    public static StoreKey ResultKey(Attempt attempt) => ResultKey(attempt.JobId, attempt.Id);

    /// <summary>The worker's result; null when there is none.</summary>
    public Task<JsonElement?> ResultAsync(Attempt attempt, CancellationToken cancellationToken) =>
        ResultAsync(attempt.JobId, attempt.Id, cancellationToken);

    /// <inheritdoc cref="ResultAsync(Attempt, CancellationToken)" />
    public Task<JsonElement?> ResultAsync(Guid jobId, Guid attemptId, CancellationToken cancellationToken) =>
        ReadAsync(ResultKey(jobId, attemptId), cancellationToken);

    /// <summary>The provider's request id that the worker claimed the attempt under; null when there is no claim, or none in it.</summary>
    public async Task<string?> ClaimedRequestAsync(Attempt attempt, CancellationToken cancellationToken) =>
        await ReadAsync(ClaimKey(attempt), cancellationToken) is { ValueKind: JsonValueKind.Object } claim
        && claim.TryGetProperty("request_id", out var id) && id.ValueKind == JsonValueKind.String
            ? id.GetString()
            : null;

    /// <summary>True when all that only the worker can make lies under the attempt's published keys.</summary>
    public async Task<bool> IsPublishedAsync(Attempt attempt, IReadOnlyList<WorkerOutput> outputs, CancellationToken cancellationToken)
    {
        foreach (var output in outputs)
        {
            if (await store.StatAsync(StoreKey.Published(attempt.JobId, attempt.Id.ToString("D"), output.FileName), cancellationToken) is null)
            {
                return false;
            }
        }

        return outputs.Count > 0;
    }

    /// <summary>True when a worker has begun the attempt.</summary>
    public async Task<bool> IsClaimedAsync(Attempt attempt, CancellationToken cancellationToken) =>
        await store.StatAsync(ClaimKey(attempt), cancellationToken) is not null;

    /// <summary>Ends an attempt that shows no sign of life: a late start of it finds this and ends unpaid. A true result is left alone.</summary>
    public async Task SupersedeAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (await store.StatAsync(ResultKey(attempt), cancellationToken) is null)
        {
            var document = JsonSerializer.SerializeToUtf8Bytes(new SupersededResult(attempt.Id, true), AttemptJson.Default.SupersededResult);
            await store.PutAsync(
                ResultKey(attempt), new MemoryStream(document), new NewObject(document.Length, "application/json"), cancellationToken);
        }
    }

    private static StoreKey ResultKey(Guid jobId, Guid attemptId) => StoreKey.Inbox(jobId, attemptId, "result.json");

    private async Task<JsonElement?> ReadAsync(StoreKey key, CancellationToken cancellationToken)
    {
        if (await store.StatAsync(key, cancellationToken) is not { Length: <= MaxDocumentBytes })
        {
            return null;
        }

        await using var stream = await store.OpenReadAsync(key, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        try
        {
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null; // half a document, or none: as good as absent
        }
    }
}
