using Microsoft.Extensions.Time.Testing;

namespace VideoExpress.Tests.Unit.Gpu;

/// <summary>Lets a test's time pass, some ten times as fast, while something waits for it; slow enough for what happens on real sockets meanwhile.</summary>
internal static class PassingTime
{
    public static async Task<T> WhileItPassesAsync<T>(this FakeTimeProvider time, Task<T> call)
    {
        await Until.TrueAsync(() =>
        {
            if (!call.IsCompleted)
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
            }

            return call.IsCompleted;
        });
        return await call;
    }
}
