using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.S3;
using VideoExpress.Tests.Integration.Store;

namespace VideoExpress.Tests.Unit.Store;

public sealed class UploadStreamTests
{
    private static readonly StoreKey Key = StoreKey.Parse("inbox/a/video.mp4");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Read_FillsTheBuffer_HoweverSmallThePiecesOfTheSource()
    {
        await using var stream = Over(new Trickle(100), 100);

        Assert.Equal(64, await stream.ReadAsync(new byte[64]));
        Assert.Equal(36, await stream.ReadAsync(new byte[64]));
        Assert.Equal(0, await stream.ReadAsync(new byte[64]));
        Assert.Null(stream.Failure);
    }

    [Theory]
    [InlineData(99, "has 99")]
    [InlineData(101, "has more")]
    public async Task Read_Fails_BeforeTheLastByteIsHandedOut_WhenTheLengthIsWrong(int real, string words)
    {
        await using var stream = Over(new Trickle(real), 100);

        var error = await Assert.ThrowsAsync<StoreException>(async () => await stream.ReadExactlyAsync(new byte[100]));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Same(error, stream.Failure);
    }

    [Fact]
    public async Task Read_GivesUp_WhenTheSourceIsSilent()
    {
        using var source = new HangingStream(10);
        await using var stream = Over(source, 100);
        var read = stream.ReadAsync(new byte[100]).AsTask();
        await source.Hangs;

        _time.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<StoreException>(() => read);
        Assert.Contains("gave no bytes for 30 seconds", error.Message, StringComparison.Ordinal);
        Assert.True(error.CanHeal);
    }

    private UploadStream Over(Stream source, long length) => new(Key, source, new NewObject(length, "video/mp4"), TimeSpan.FromSeconds(30), _time, default);

    /// <summary>Gives one byte at a time.</summary>
    private sealed class Trickle(int length) : ForwardStream
    {
        private int _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(_left-- > 0 ? 1 : 0);
    }
}
