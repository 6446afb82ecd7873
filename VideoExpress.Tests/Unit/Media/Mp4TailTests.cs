using System.Buffers.Binary;
using System.Text;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Tests.Unit.Media;

public sealed class Mp4TailTests : IDisposable
{
    private static readonly Guid Id = new("00112233-4455-6677-8899-aabbccddeeff");

    private readonly TempFolder _folder = new();

    private string Path => _folder.File("video.mp4");

    [Fact]
    public void AUuidBox_HasItsLength_ItsIdInTheOrderItIsWritten_AndItsContent() => Assert.Equal(
        "0000001b" + "75756964" + "00112233445566778899aabbccddeeff" + "010203",
        Convert.ToHexStringLower(Mp4Tail.UuidBox(Id, [1, 2, 3])));

    [Fact]
    public async Task WhatIsAppended_StandsBehindAllThatWasThere()
    {
        byte[] before = [.. Box("ftyp", 8), .. Box("moov", 20), .. LongBox("mdat", 30)];

        Assert.Null(await AppendAsync(before));

        byte[] wanted = [.. before, .. Mp4Tail.UuidBox(Id, [7])];
        Assert.Equal(wanted, await File.ReadAllBytesAsync(Path));
    }

    [Fact]
    public async Task AFileInFragments_IsLeftAlone()
    {
        await AssertLeftAloneAsync("it is in fragments", [.. Box("ftyp", 8), .. Box("moov", 8), .. Box("moof", 8), .. Box("mdat", 8)]);
        await AssertLeftAloneAsync("it is in fragments", [.. Box("ftyp", 8), .. Box("moov", 8), .. Box("mdat", 8), .. Box("mfra", 8)]);
    }

    [Fact]
    public async Task AFileWhoseLastBoxRunsToItsEnd_IsLeftAlone() =>
        await AssertLeftAloneAsync("its last box has no end", [.. Box("ftyp", 8), .. Box("moov", 8), 0, 0, 0, 0, .. "mdat"u8, 1, 2, 3]);

    [Fact]
    public async Task AFileOfCountlessBoxes_IsLeftAlone() => await AssertLeftAloneAsync(
        "it has more than 100000 boxes", [.. Box("ftyp", 8), .. Enumerable.Repeat(Box("free", 0), Mp4Boxes.MaxBoxes).SelectMany(box => box)]);

    [Theory]
    [InlineData("0102030405")] // too short for a header
    [InlineData("0000000700000000")] // a size that no box has
    [InlineData("00000064667265650000")] // a box that is cut off
    public async Task AFileWithSomethingBehindItsLastBox_IsLeftAlone(string hex) => await AssertLeftAloneAsync(
        "something that is no box stands at its end", [.. Box("ftyp", 8), .. Box("moov", 8), .. Box("mdat", 8), .. Convert.FromHexString(hex)]);

    [Theory]
    [InlineData("")]
    [InlineData("1a45dfa3010000000000001f4286810142f7")] // Matroska
    [InlineData("000000086d6f6f76")] // an old QuickTime film
    public async Task WhatIsNoMp4File_IsLeftAlone(string hex) => await AssertLeftAloneAsync("it is no MP4 file", Convert.FromHexString(hex));

    public void Dispose() => _folder.Dispose();

    private async Task AssertLeftAloneAsync(string reason, byte[] content)
    {
        Assert.Equal(reason, await AppendAsync(content));
        Assert.Equal(content, await File.ReadAllBytesAsync(Path));
    }

    private async Task<string?> AppendAsync(byte[] content)
    {
        await File.WriteAllBytesAsync(Path, content);
        return await Mp4Tail.AppendAsync(Path, Mp4Tail.UuidBox(Id, [7]), CancellationToken.None);
    }

    private static byte[] Box(string type, int content)
    {
        var box = new byte[8 + content];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        Encoding.ASCII.GetBytes(type, box.AsSpan(4));
        return box;
    }

    private static byte[] LongBox(string type, int content)
    {
        var box = new byte[16 + content];
        BinaryPrimitives.WriteInt32BigEndian(box, 1);
        Encoding.ASCII.GetBytes(type, box.AsSpan(4));
        BinaryPrimitives.WriteInt64BigEndian(box.AsSpan(8), box.Length);
        return box;
    }
}
