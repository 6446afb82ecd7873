using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Retention;

namespace VideoExpress.Web.Endpoints.Retention;

/// <summary><c>GET /retention/plan</c>: a dry run of the cleanup.</summary>
internal static class GetPlan
{
    public static void MapGetPlan(this IEndpointRouteBuilder routes) => routes
        .MapGet("/retention/plan", Handle)
        .WithTags("Retention")
        .WithName(nameof(GetPlan))
        .WithSummary("What the cleanup would do if it ran now. Changes nothing.");

    private static Ok<PlanView> Handle(JobRetention retention)
    {
        var plan = retention.Plan();
        return TypedResults.Ok(new PlanView(
            [.. plan.Trash.Select(item => new PlannedView(
                Kind(item.Holding.Kind == HoldingKind.Asset), item.Holding.Id, item.Holding.Name, item.Holding.Bytes, item.Reason, item.Holding.Since.UtcDateTime))],
            [.. plan.Remove.Select(item => new PlannedView(
                Kind(item.IsAsset), item.Id, item.Name, item.Bytes, item.Trash.Reason, item.Trash.At.UtcDateTime))],
            plan.KeptBytes,
            plan.TrashedBytes));
    }

    private static string Kind(bool isAsset) => isAsset ? "asset" : "job";
}

/// <summary>What would happen.</summary>
/// <param name="Trash">What would go into the trash, in this order.</param>
/// <param name="Remove">What has been in the trash long enough: its files would be removed.</param>
/// <param name="KeptBytes">What the files of all that stays take.</param>
/// <param name="TrashedBytes">What the files that are in the trash now take.</param>
internal sealed record PlanView(IReadOnlyList<PlannedView> Trash, IReadOnlyList<PlannedView> Remove, long KeptBytes, long TrashedBytes);

/// <summary>A job or an asset that would go.</summary>
/// <param name="Kind"><c>job</c> or <c>asset</c>.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">The job's type, or the asset's name.</param>
/// <param name="Bytes">What its files take.</param>
/// <param name="Reason"><c>deleted</c>, <c>age</c> or <c>size</c>.</param>
/// <param name="Since">Since when it has counted as kept, or has been in the trash.</param>
internal sealed record PlannedView(string Kind, Guid Id, string Name, long Bytes, string Reason, DateTime Since);
