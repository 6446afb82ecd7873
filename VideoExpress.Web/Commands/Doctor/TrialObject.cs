using System.Text;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>
/// A small object that a check puts and removes again. Its key belongs to no job, the one without an id: should the doctor be killed, what
/// looks for orphans finds it.
/// </summary>
internal static class TrialObject
{
    private static readonly TimeSpan RemovalTimeout = TimeSpan.FromSeconds(5);

    /// <summary>What it holds.</summary>
    public static readonly byte[] Content = Encoding.UTF8.GetBytes("VideoExpress looks whether the store works, and removes this at once.");

    /// <summary>What it is.</summary>
    public const string ContentType = "text/plain";

    /// <summary>A new key below <c>inbox/</c>, the only ones that anybody may put by URL.</summary>
    public static StoreKey Key(TimeProvider time) => StoreKey.Inbox(Guid.Empty, Guid.CreateVersion7(time.GetUtcNow()), "doctor.txt");

    /// <summary>A new key of what is published.</summary>
    public static StoreKey PublishedKey(TimeProvider time) => StoreKey.Asset(Guid.Empty, $"doctor-{Guid.CreateVersion7(time.GetUtcNow()):N}.txt");

    /// <summary>Puts it.</summary>
    public static Task PutAsync(this IObjectStore store, StoreKey key, CancellationToken cancellationToken) =>
        store.PutAsync(key, new MemoryStream(Content), new NewObject(Content.Length, ContentType), cancellationToken);

    /// <summary>Removes it, whatever ended the check; a store that fails has told so before.</summary>
    public static async Task RemoveAsync(this IObjectStore store, StoreKey key)
    {
        using var limit = new CancellationTokenSource(RemovalTimeout);
        try
        {
            await store.DeleteAsync(key, limit.Token);
        }
        catch (Exception error) when (error is StoreException or OperationCanceledException)
        {
            // The check's own finding says why.
        }
    }
}
