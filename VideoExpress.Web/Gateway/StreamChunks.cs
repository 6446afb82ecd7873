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
        return new StreamPart(isAll ? request.Status : RunPodStates.InProgress, chunks, request.Streamed, last, request.TakenAt);
    });

    /// <summary>A part is about to be given: before, since the client asks again as soon as it has read it.</summary>
    public void MarkGiven(string requestId, StreamPart part) => SetStreamed(requestId, part, from: part.Before, to: part.After);

    /// <summary>The part could not be written; the client is given it again.</summary>
    public void TakeBack(string requestId, StreamPart part) => SetStreamed(requestId, part, from: part.After, to: part.Before);

    private void SetStreamed(string requestId, StreamPart part, long from, long to)
    {
        using var work = storage.BeginUnitOfWork();
        work.Connection.Execute(
            "update gpu_requests set streamed = @to where id = @requestId and streamed = @from and taken_at is @TakenAt",
            new { requestId, from, to, part.TakenAt },
            work.Transaction);
        work.Commit();
    }
}

/// <summary>Chunks of one hand-out, and the status to tell with them.</summary>
/// <param name="Status">RunPod's word; not a final one while there is more to give.</param>
/// <param name="Chunks">In the order they came.</param>
/// <param name="Before">How many were given before.</param>
/// <param name="After">How many are given with this part.</param>
/// <param name="TakenAt">Which hand-out they are of.</param>
internal sealed record StreamPart(string Status, IReadOnlyList<StreamChunk> Chunks, long Before, long After, long? TakenAt)
{
    /// <summary>There is something to tell at once.</summary>
    public bool HasNews => Chunks.Count > 0 || Status is not (RunPodStates.InQueue or RunPodStates.InProgress);
}
