namespace VideoExpress.Web.Gateway;

/// <summary>A request in a worker's hands, as opposed to the same request handed out another time.</summary>
/// <param name="RequestId">The request.</param>
/// <param name="WorkerId">Whom it was handed out to.</param>
/// <param name="TakenAt">When, in UTC microseconds.</param>
internal sealed record HandOut(string RequestId, string? WorkerId, long TakenAt)
{
    /// <summary>The columns of <c>gpu_requests</c>, named as the properties are.</summary>
    public const string Columns = "id as RequestId, worker_id as WorkerId, taken_at as TakenAt";
}
