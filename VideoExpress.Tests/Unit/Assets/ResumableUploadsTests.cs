using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Unit.Assets;

/// <summary>How long uploads are kept, by a faked clock; none of them becomes an asset.</summary>
public sealed class ResumableUploadsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly UploadFolder _files;
    private readonly ResumableUploads _uploads;

    public ResumableUploadsTests()
    {
        _files = new UploadFolder(_folder.Path, new UploadRoom(_folder.Path, new StoreSettings().MinFreeBytes, null!), new AssetSettings(), _time);
        _uploads = new ResumableUploads(_files, intake: null!, assets: null!, _time, lifetime: null!);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AnUnfinishedUpload_IsSweptADayAfterItsLastByte()
    {
        var (forgotten, alive) = (_uploads.Create(100, null, null), _uploads.Create(100, "a", null));
        _time.Advance(TimeSpan.FromHours(23));
        await AppendAsync(alive.Id, 0, 10);
        _time.Advance(TimeSpan.FromHours(2));

        Assert.Null(_uploads.Find(forgotten.Id));
        Assert.Null(await AppendAsync(forgotten.Id, 0, 10));
        Assert.Equal(1, _uploads.SweepUploads(default));
        Assert.Equal((10, _time.GetUtcNow() + TimeSpan.FromHours(22)), (_uploads.Find(alive.Id)!.Offset, _uploads.Find(alive.Id)!.ExpiresAt));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, _uploads.SweepUploads(default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task ACompleteUpload_IsKeptForAWeek_SinceOnlyTheStoreIsMissing()
    {
        var upload = _uploads.Create(10, null, null);
        await AppendAsync(upload.Id, 0, 10);
        _time.Advance(TimeSpan.FromDays(6));

        Assert.Equal(0, _uploads.SweepUploads(default));
        Assert.Equal([upload.Id], _uploads.Complete());
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, _uploads.SweepUploads(default));
    }

    [Fact]
    public async Task AnUploadThatIsBeingWritten_IsNotSwept()
    {
        var upload = _uploads.Create(100, null, null);
        using var line = new SlowBody();
        var piece = _uploads.AppendAsync(upload.Id, 0, line, null, default);
        _time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(0, _uploads.SweepUploads(default));

        line.End();
        await piece;
        Assert.NotNull(_uploads.Find(upload.Id));
    }

    [Fact]
    public async Task AKilledProcess_LeavesUploads_AndNothingElse()
    {
        var upload = _uploads.Create(100, null, null);
        await AppendAsync(upload.Id, 0, 10);
        using (var body = _files.NewBody())
        {
            await File.WriteAllTextAsync(body.Path, "half of a body");
            Directory.CreateDirectory(Path.Combine(_folder.Path, "run-abc"));
            var damaged = _uploads.Create(5, null, null);
            await File.WriteAllTextAsync(Path.Combine(_folder.Path, $"{damaged.Id:N}.json"), "{");

            _files.RemoveLeftovers();
        }

        Assert.Equal(
            [$"{upload.Id:N}.json", $"{upload.Id:N}.upload"],
            Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal(10, _uploads.Find(upload.Id)!.Offset);
    }

    private Task<Upload?> AppendAsync(Guid id, long offset, int bytes) =>
        _uploads.AppendAsync(id, offset, new MemoryStream(new byte[bytes]), null, default);

    /// <summary>A body that comes to its end when the test says so.</summary>
    private sealed class SlowBody : MemoryStream
    {
        private readonly TaskCompletionSource<int> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End() => _end.SetResult(0);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(_end.Task);
    }
}
