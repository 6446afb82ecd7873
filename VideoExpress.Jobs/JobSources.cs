using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Provenance;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs;

/// <summary>What a new job builds on: the jobs that it waits for, and those whose files it takes in.</summary>
internal sealed class JobSources(SourceKeys keys, ProvenanceSettings provenance)
{
    /// <summary>Looks everything up; what is not there, or on its way out, goes to <paramref name="errors"/> under its field.</summary>
    /// <returns>The ids of the jobs to wait for, and of all jobs and assets whose files must stay while this job does.</returns>
    public (IReadOnlySet<Guid> DependsOn, IReadOnlySet<Guid> Uses) Resolve(Db db, NewJob request, FieldErrors errors)
    {
        var dependsOn = new HashSet<Guid>();
        var uses = new HashSet<Guid>();
        foreach (var (index, jobId) in request.DependsOn.Index())
        {
            dependsOn.Add(jobId);
            Report($"depends_on[{index}]", WhyNotAwaited(db, jobId));
        }

        foreach (var (field, source) in request.Parameters.Sources)
        {
            var key = keys.KeyOf(db, source);
            var file = key is { } known ? db.FindSource(known) : null;
            if (source is MediaSource.OfJob ofJob)
            {
                dependsOn.Add(ofJob.JobId);
                uses.Add(ofJob.JobId);
            }
            else if (file is not null)
            {
                uses.Add(file.OwnerId);
            }

            Report(
                request.ParametersPath.Length == 0 ? field : $"{request.ParametersPath}.{field}",
                file is null ? WhyNotThere(db, source, request.Parameters.SourceKind) : WhyUnfit(file, key!.Value, request.Parameters.SourceKind));
        }

        return (dependsOn, uses);

        void Report(string field, string? sentence)
        {
            if (sentence is not null)
            {
                errors.Add(field, sentence);
            }
        }
    }

    private static string? WhyNotAwaited(Db db, Guid jobId) => db.FindJob(jobId) switch
    {
        null => $"there is no job {jobId:D}.",
        { Status: JobStatus.Failed or JobStatus.Canceled } job => $"job {jobId:D} is {job.Status.Word()}, so its output will never be there.",
        { Trash: { } trash } => Gone($"/jobs/{jobId:D}", trash.State),
        _ => null,
    };

    /// <summary>Of a file that no row knows: null when it may come to be, or is somebody else's and may be there.</summary>
    private string? WhyNotThere(Db db, MediaSource source, AssetKind wanted) => source switch
    {
        MediaSource.OfJob ofJob => WhyNotAwaited(db, ofJob.JobId) ?? WhyNotMade(db.FindJob(ofJob.JobId)!, ofJob.Output, wanted),
        MediaSource.Asset asset => $"there is no asset {asset.Id:D}.",
        // What cannot be a bucket's name at all is left to the step, whose sentence the job then carries.
        MediaSource.Stored stored when StoreSettings.IsBucketName(stored.Bucket) => keys.WhyUnreadable(stored),
        MediaSource.Web web when keys.IsOwn(web.Url) => "this URL of the server itself is not one of its outputs.",
        _ => null,
    };

    private string? WhyNotMade(Job job, string output, AssetKind wanted)
    {
        var planned = JobType.Of(job).Outputs.Where(made => provenance.Sidecar || made != PlannedOutput.Recipe).ToList();
        var names = string.Join(", ", planned.Select(made => made.Name));
        return planned.Find(made => made.Name == output) switch
        {
            null when output == PlannedOutput.Recipe.Name => $"job {job.Id:D} has no output \"{output}\" while Provenance:Sidecar is off; it has {names}.",
            null => $"a {job.Type} job has no output \"{output}\"; it has {names}.",
            var made when made.Kind != wanted => $"the output \"{output}\" of job {job.Id:D} {WhyOther(made.Kind, wanted)}; it has {names}.",
            _ when job.Status == JobStatus.Succeeded => $"job {job.Id:D} has succeeded without an output \"{output}\".",
            _ => null,
        };
    }

    private static string? WhyUnfit(SourceFile file, StoreKey key, AssetKind wanted) => file switch
    {
        { Trash: { } state } => Gone(file.OwnerPath, state),
        { IsListed: false } => $"{file.OwnerPath} has no file {key.Name} here.",
        { IsMissing: true } => $"{key.Name} of {file.OwnerPath} is missing in the store; "
            + (key.IsAsset ? "upload it again." : "hand the job in again."),
        { Kind: var kind } when kind != wanted => $"{key.Name} of {file.OwnerPath} {WhyOther(kind, wanted)}.",
        _ => null,
    };

    private static string WhyOther(AssetKind? kind, AssetKind wanted) =>
        $"is {(kind is { } known ? $"of the kind {known.Word()}" : "no media file")}; {wanted.Word()} is needed here";

    private static string Gone(string path, TrashState state) => state == TrashState.Trashed
        ? $"{path} is in the trash; POST {path}/restore brings it back."
        : $"{path} was removed, and its files are gone.";
}
