using Dapper;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>The client's side of <c>gpu_chunks</c>: each chunk is given once, in order.</summary>
internal sealed class StreamChunks(SQLiteStorage storage)
{
    /// <summary>Characters of one answer, but for its last chunk: a client that comes late is given the rest with its next questions.</summary>
    private const int MaxAnswer = 8 << 20;

    /// <summary>What the client was not given yet; null when there is no request of that id.</summary>
    public StreamPart? Next(string requestId) => storage.Read(connection =>
    {
        // The status first: of a request that is over, all chunks are there.
        var request = connection.QuerySingleOrDefault<(string? Status, long Streamed, long? TakenAt)>(
            "select status, streamed, taken_at from gpu_requests where id = @requestId", new { requestId });
        if (request.Status is null)
        {
            return null;
        }

        var (last, length, chunks, isAll) = (request.Streamed, 0, new List<StreamChunk>(), true);
        foreach (var (number, output) in connection.Query<(long, string)>(
            "select number, output from gpu_chunks where request_id = @requestId and number > @Streamed order by number",
            new { requestId, request.Streamed }, buffered: false))
        {
            if (length > MaxAnswer)
            {
                isAll = false;
                break;
            }

            chunks.Add(new StreamChunk(new JsonText(output)));
            (last, length) = (number, length + output.Length);
        }

        // Clients stop asking at the first final status.
        return new StreamPart(isAll ? request.Status : RunPodStates.InProgress, chunks, last, request.TakenAt);
    });

    /// <summary>The client has been given a part; what has been handed out again since begins from its first chunk.</summary>
    public void MarkGiven(string requestId, StreamPart part)
    {
        using var work = storage.BeginUnitOfWork();
        work.Connection.Execute(
            "update gpu_requests set streamed = max(streamed, @Last) where id = @requestId and taken_at is @TakenAt",
            new { requestId, part.Last, part.TakenAt },
            work.Transaction);
        work.Commit();
    }
}

/// <summary>Chunks of one hand-out, and the status to tell with them.</summary>
/// <param name="Status">RunPod's word; not a final one while there is more to give.</param>
/// <param name="Chunks">In the order they came.</param>
/// <param name="Last">The number of the last of them.</param>
/// <param name="TakenAt">Which hand-out they are of.</param>
internal sealed record StreamPart(string Status, IReadOnlyList<StreamChunk> Chunks, long Last, long? TakenAt)
{
    /// <summary>There is something to tell at once.</summary>
    public bool HasNews => Chunks.Count > 0 || Status is not (RunPodStates.InQueue or RunPodStates.InProgress);
}
