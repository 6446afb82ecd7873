using Microsoft.Extensions.Time.Testing;

namespace VideoExpress.Tests.Unit.Gpu;

/// <summary>Lets a test's time pass, a hundred times as fast, while something waits for it.</summary>
internal static class PassingTime
{
    public static async Task<T> WhileItPassesAsync<T>(this FakeTimeProvider time, Task<T> call)
    {
        await Until.TrueAsync(() =>
        {
            if (!call.IsCompleted)
            {
                time.Advance(TimeSpan.FromMilliseconds(500));
            }

            return call.IsCompleted;
        });
        return await call;
    }
}
