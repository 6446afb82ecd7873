using System.Text.RegularExpressions;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs;

/// <summary>What a new job builds on: the jobs that it waits for, and those whose files it takes in.</summary>
internal sealed partial class JobSources(StoreSettings store, ServerAddress address)
{
    /// <summary>Looks everything up; what is not there, or on its way out, goes to <paramref name="errors"/> under its field.</summary>
    /// <returns>The ids of the jobs to wait for, and of all jobs whose files must stay while this one does.</returns>
    public (IReadOnlySet<Guid> DependsOn, IReadOnlySet<Guid> Uses) Resolve(Db db, NewJob request, FieldErrors errors)
    {
        var dependsOn = new HashSet<Guid>();
        var uses = new HashSet<Guid>();
        foreach (var (index, jobId) in request.DependsOn.Index())
        {
            if (Dependency(db, jobId, $"depends_on[{index}]", errors) is not null)
            {
                dependsOn.Add(jobId);
            }
        }

        foreach (var (field, source) in request.Parameters.Sources)
        {
            var path = request.ParametersPath.Length == 0 ? field : $"{request.ParametersPath}.{field}";
            if (source is MediaSource.OfJob ofJob && OutputOf(db, ofJob, path, errors))
            {
                dependsOn.Add(ofJob.JobId);
            }

            if (UsedBy(db, request.Parameters, source, path, errors) is { } used)
            {
                uses.Add(used);
            }
        }

        return (dependsOn, uses);
    }

    private Guid? UsedBy(Db db, JobParameters parameters, MediaSource source, string field, FieldErrors errors) => source switch
    {
        MediaSource.OfJob ofJob => ofJob.JobId,
        MediaSource.Asset asset => InAssets(db, asset, parameters.SourceKind, field, errors),
        MediaSource.Stored stored => InBucket(db, stored, field, errors),
        MediaSource.Web web => OnThisServer(db, web, field, errors),
        _ => null,
    };

    private static Job? Dependency(Db db, Guid jobId, string field, FieldErrors errors)
    {
        var job = db.FindJob(jobId);
        var sentence = job switch
        {
            null => $"there is no job {jobId:D}.",
            { Status: JobStatus.Failed or JobStatus.Canceled } => $"job {jobId:D} is {job.Status.Word()}, so its output will never be there.",
            { Trash: { } trash } => Gone($"/jobs/{jobId:D}", trash.State),
            _ => null,
        };
        if (sentence is not null)
        {
            errors.Add(field, sentence);
        }

        return sentence is null ? job : null;
    }

    private static bool OutputOf(Db db, MediaSource.OfJob source, string field, FieldErrors errors)
    {
        if (Dependency(db, source.JobId, field, errors) is not { } job)
        {
            return false;
        }

        var names = JobType.Of(job).OutputNames;
        if (!names.Contains(source.Output))
        {
            errors.Add(field, $"a {job.Type} job has no output \"{source.Output}\"; it has {string.Join(", ", names)}.");
        }

        return true;
    }

    private static Guid InAssets(Db db, MediaSource.Asset source, AssetKind wanted, string field, FieldErrors errors)
    {
        var asset = db.FindAsset(source.Id);
        var sentence = asset switch
        {
            null => $"there is no asset {source.Id:D}.",
            { Trash: { } trash } => Gone($"/assets/{source.Id:D}", trash.State),
            { IsMissing: true } => $"the file of {source} is missing in the store; upload it again.",
            _ when asset.Kind != wanted => $"{source} is of the kind {asset.Kind.Word()}; {wanted.Word()} is needed here.",
            _ => null,
        };
        if (sentence is not null)
        {
            errors.Add(field, sentence);
        }

        return source.Id;
    }

    /// <summary>What cannot be a bucket's name at all is left to the step, whose sentence the job then carries.</summary>
    private Guid? InBucket(Db db, MediaSource.Stored stored, string field, FieldErrors errors)
    {
        if (stored.Bucket == store.Bucket)
        {
            return StoreKey.TryParse(stored.Key, out var key) ? Owner(db, key, field, errors) : null;
        }

        if (BucketName().IsMatch(stored.Bucket))
        {
            errors.Add(field, store.Bucket is { } bucket
                ? $"{stored} is in another bucket; this server reads {bucket} only."
                : $"{stored} cannot be read, since no S3 store is configured here (S3_BUCKET).");
        }

        return null;
    }

    private Guid? OnThisServer(Db db, MediaSource.Web web, string field, FieldErrors errors)
    {
        if (address.OwnPath(web.Url) is null)
        {
            return KeyAtTheEnd(web.Url) is { } stored ? Owner(db, stored, field, errors) : null;
        }

        if (SourceFetcher.OwnKey(web.Url, address) is not { } key || db.OwnerOf(key) is null)
        {
            errors.Add(field, "this URL of the server itself is not one of its outputs.");
            return null;
        }

        return Owner(db, key, field, errors);
    }

    /// <summary>A URL of the store itself, signed or public: whatever stands before it, our keys cannot be anybody else's.</summary>
    private static StoreKey? KeyAtTheEnd(Uri url)
    {
        var folder = Math.Max(url.AbsolutePath.IndexOf("/jobs/", StringComparison.Ordinal), url.AbsolutePath.IndexOf("/assets/", StringComparison.Ordinal));
        return folder >= 0 && StoreKey.TryParse(Uri.UnescapeDataString(url.AbsolutePath[(folder + 1)..]), out var key) ? key : null;
    }

    private static Guid? Owner(Db db, StoreKey key, string field, FieldErrors errors)
    {
        if (db.OwnerOf(key) is not { } owner)
        {
            return null; // something that the operator keeps in the same bucket
        }

        if (owner.Trash is { } state)
        {
            errors.Add(field, Gone(owner.Path, state));
        }

        return owner.Id;
    }

    private static string Gone(string path, TrashState state) => state == TrashState.Trashed
        ? $"{path} is in the trash; POST {path}/restore brings it back."
        : $"{path} was removed, and its files are gone.";

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z")]
    private static partial Regex BucketName();
}
