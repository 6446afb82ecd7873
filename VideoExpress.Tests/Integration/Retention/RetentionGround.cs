using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Provenance;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>The retention on a real database and a real store, with a clock in the test's hand and jobs that are made in no time.</summary>
internal sealed class RetentionGround : IDisposable
{
    /// <summary>The bucket's name in sources.</summary>
    public const string Bucket = "films";

    private readonly TempFolder _folder = new();
    private readonly JobTransitions _transitions;
    private readonly JobDesk _desk;

    public RetentionGround(RetentionSettings? settings = null, IObjectStore? store = null)
    {
        Settings = settings ?? new RetentionSettings();
        Time.AutoAdvanceAmount = TimeSpan.FromTicks(10); // no two events at the same microsecond
        Store = new BreakableStore(
            store ?? new FolderStore(StoreFolder, new byte[32], Time, new StoreSettings { MinFreeBytes = 0 }));
        Storage = new SQLiteStorage(_folder.File("jobs.db"));
        Storage.MigrateJobs();
        _transitions = new JobTransitions(new WorkFolders(_folder.File("work")), Time);
        var address = new ServerAddress(new Uri("http://videoexpress.example"));
        _desk = new JobDesk(
            Storage, _transitions, new GpuEndpoints(new RunPodSettings(), (_, _) => throw new NotSupportedException(), () => throw new NotSupportedException()),
            new JobSources(new SourceKeys(new StoreSettings { Bucket = Bucket }, address), new ProvenanceSettings()), Time);
        Retention = new JobRetention(Storage, _transitions, Settings, Time);
        Identity = new StoreIdentity(Storage, Store, new StoreSettings());
        Removal = new Removal(Storage, _transitions, Store, Identity, Time);
        Directory.CreateDirectory(_folder.File("uploads"));
        var uploads = new UploadFolder(_folder.File("uploads"), new UploadRoom(_folder.File("uploads"), 0, Store), new AssetSettings(), Time);
        Uploads = new ResumableUploads(uploads, null!, null!, Time, null!); // none of them is finished here
        var leftovers = new Leftovers(new InboxSweep(Storage, Removal, new RunPodSettings(), Time), Store, Uploads, Time);
        Cleanup = new Cleanup(Storage, _transitions, Removal, leftovers, Settings, Time, NullLogger<Cleanup>.Instance);
        Scrub = new Scrub(
            Storage, new ScrubComparison(Storage, Store, Time), new ScrubRepair(Storage, _transitions, Store, Identity, Time), NullLogger<Scrub>.Instance);
    }

    public RetentionSettings Settings { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

    public SQLiteStorage Storage { get; }

    public BreakableStore Store { get; }

    /// <summary>Where the files are, unless the test has brought a store.</summary>
    public string StoreFolder => _folder.File("store");

    public JobRetention Retention { get; }

    public ResumableUploads Uploads { get; }

    public StoreIdentity Identity { get; }

    public Removal Removal { get; }

    public Cleanup Cleanup { get; }

    public Scrub Scrub { get; }

    public AssetDesk Assets => new(Storage, Time);

    /// <summary>Hands a job in: a render, or an export of the jobs that are given.</summary>
    /// <exception cref="VideoExpress.Jobs.Types.InvalidFieldsException">It builds on what is on its way out.</exception>
    public Guid Create(params IEnumerable<Guid> clips)
    {
        var urls = string.Join(',', clips.Select(clip => $$$"""{"url":{"job":"{{{clip}}}","output":"video"},"end":1}"""));
        return CreateOf(urls.Length == 0
            ? """{"type":"RENDER","params":{"prompt":"x"}}"""
            : $$"""{"type":"EXPORT","params":{"clips":[{{urls}}]} }""");
    }

    public Guid CreateOf(string json) => _desk.Create(() => NewJob.Read(JsonElement.Parse(json))).Job.Id;

    /// <summary>The job succeeds with a video and a poster in the store.</summary>
    public async Task<Guid> SucceedAsync(Guid jobId, int bytes = 100)
    {
        var outputs = new List<JobOutput> { await PublishAsync(jobId, "video", "mp4", bytes), await PublishAsync(jobId, "poster", "jpg", 10) };
        Write(db => db.SetOutputs(jobId, OutputTable.Output, outputs, Time.NowMicros()));
        End(jobId, "SUCCEEDED");
        return jobId;
    }

    /// <summary>The job ends without outputs.</summary>
    public Guid End(Guid jobId, string status)
    {
        Write(db => db.Execute(
            "update jobs set status = @status, phase = null, finished_at = @now where job_id = @id",
            new { status, id = jobId.Text(), now = Time.NowMicros() }));
        return jobId;
    }

    /// <summary>An attempt of the job that is over, with its worker's files in the inbox.</summary>
    public async Task<Guid> AttemptAsync(Guid jobId)
    {
        var attemptId = Ids.New(Time);
        Write(db =>
        {
            db.Insert(
                new Attempt
                {
                    Id = attemptId, JobId = jobId, Step = 0, Number = 1, State = AttemptState.Submitting, Endpoint = "local", RequestId = null,
                    Result = null, CreatedAt = Time.GetUtcNow(),
                },
                db.FindJob(jobId)!);
            db.MarkEnded(attemptId, AttemptState.Finished, Time.NowMicros());
        });
        foreach (var name in new[] { "claim.json", "video.mp4", "result.json" })
        {
            await PutAsync(StoreKey.Inbox(jobId, attemptId, name), 50);
        }

        return attemptId;
    }

    /// <summary>An asset of 100 bytes with its thumbnail of 10.</summary>
    public async Task<Guid> AssetAsync()
    {
        var id = Ids.New(Time);
        var (key, thumbnail) = (StoreKey.Asset(id, "source.mp4"), StoreKey.Asset(id, "thumbnail.jpg"));
        await PutAsync(key, 100);
        await PutAsync(thumbnail, 10);
        Write(db => db.InsertAsset(new Asset
        {
            Id = id, Name = "my clip", Kind = AssetKind.Video, Key = key, ContentType = "video/mp4", Bytes = 100, Sha256 = Sha256(100),
            Facts = new OutputFacts(1), ThumbnailKey = thumbnail, CreatedAt = Time.GetUtcNow(), Trash = null,
        }));
        return id;
    }

    public async Task PutAsync(StoreKey key, int bytes) =>
        await Store.PutAsync(key, new MemoryStream(new byte[bytes]), new NewObject(bytes, "video/mp4"), default);

    public Job Job(Guid jobId) => Read(db => db.FindJob(jobId)!);

    public List<string> Events(Guid jobId) => Read(db => db.List<string>("select type from events where job_id = @id order by seq", new { id = jobId.Text() }));

    public Asset Asset(Guid assetId) => Read(db => db.FindAsset(assetId)!);

    public List<string> AssetEvents(Guid assetId) =>
        Read(db => db.List<string>("select type from events where asset_id = @id order by seq", new { id = assetId.Text() }));

    public T Read<T>(Func<Db, T> query) => Storage.Read(connection => query(connection));

    public void Write(Action<Db> write)
    {
        using var unitOfWork = Storage.BeginUnitOfWork();
        write(unitOfWork);
        unitOfWork.Commit();
    }

    /// <summary>What is in the store beside its identity.</summary>
    public Task<List<StoredObject>> FilesAsync(string prefix = "") =>
        Store.ListAsync(prefix, default).Where(file => file.Key != StoreIdentity.Key).ToListAsync().AsTask();

    public void Dispose()
    {
        Storage.Dispose();
        _folder.Dispose();
    }

    private async Task<JobOutput> PublishAsync(Guid jobId, string name, string extension, int bytes)
    {
        var key = StoreKey.Published(jobId, "1", $"{name}.{extension}");
        await PutAsync(key, bytes);
        return new JobOutput(name, key, "video/mp4", bytes, Sha256(bytes), null);
    }

    private static string Sha256(int bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(new byte[bytes]));
}
