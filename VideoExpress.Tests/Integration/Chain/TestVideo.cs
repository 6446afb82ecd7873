using System.Diagnostics;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>A second of real video, made once.</summary>
internal static class TestVideo
{
    private static readonly Lazy<Task<byte[]>> Made = new(MakeAsync);

    public static Task<byte[]> BytesAsync() => Made.Value;

    private static async Task<byte[]> MakeAsync()
    {
        using var folder = new TempFolder();
        var path = folder.File("video.mp4");
        using var ffmpeg = Process.Start("ffmpeg",
        [
            "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=1", "-c:v", "libx264", "-preset", "ultrafast",
            "-pix_fmt", "yuv420p", "-movflags", "+faststart", path,
        ]);
        await ffmpeg.WaitForExitAsync();
        return await File.ReadAllBytesAsync(path);
    }
}
