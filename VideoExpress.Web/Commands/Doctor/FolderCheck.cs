using System.Runtime.CompilerServices;
using VideoExpress.Jobs.Store;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>The local folder as the store, and the URLs by which the server hands its files out.</summary>
internal static class FolderCheck
{
    private static readonly TimeSpan UrlLifetime = TimeSpan.FromMinutes(1);

    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = DataFolder.Of(subject.Settings.Host);
        if (!Directory.Exists(folder.Store))
        {
            yield return Finding.Ok("files will lie in the data folder; the first start makes it");
            yield break;
        }

        // The key is made with the first use of the store, and is the server's to make.
        var isSigned = File.Exists(ObjectStores.SigningKeyPath(folder.Root));
        var store = isSigned
            ? ObjectStores.Create(subject.Settings.Store, folder.Root, subject.Time)
            : new FolderStore(folder.Store, signingKey: null, subject.Time, subject.Settings.Store);
        var key = TrialObject.Key(subject.Time);
        try
        {
            yield return await StoreTrial.RunAsync(store, key, cancellationToken) is { } failure
                ? Finding.Fail($"the folder {folder.Store} {failure}: look after its disk.")
                : Finding.Ok($"put, read, list and delete work in {folder.Store}");
            if (!isSigned || await subject.ServerAsync(cancellationToken) is not { } server)
            {
                yield return Finding.Ok(isSigned ? "its URLs were not tried, since the server does not run" : "no URL was signed yet, so none was tried");
                yield break;
            }

            yield return await UrlTrial.RunAsync(
                subject.Http,
                store.PresignPut(key, UrlLifetime, server.Address),
                store.PresignGet(key, UrlLifetime, server.Address),
                answer => Task.FromResult($"the server at {server.Address} answered {(int)answer.StatusCode} to its own URL: it has another data folder."),
                cancellationToken) is { } refusal
                ? Finding.Fail(refusal)
                : Finding.Ok("signed URLs put and get, whole and in part");
        }
        finally
        {
            await store.RemoveAsync(key);
        }
    }
}
