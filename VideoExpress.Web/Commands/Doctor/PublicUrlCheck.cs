using System.Runtime.CompilerServices;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>The address by which others reach the server, tried from here.</summary>
internal static class PublicUrlCheck
{
    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var url = subject.Settings.Host.PublicUrl!;
        var local = await subject.ServerAsync(cancellationToken);
        yield return await ServerSeen.AskAsync(subject.Http, url, cancellationToken) switch
        {
            (_, { } server) => Finding.Ok($"our server answers at {url} (version {server.Version})"),
            (_, _) when local is null => Finding.Warn($"nothing of ours answers at {url}, and the server does not run: start it, then look again."),
            (null, _) => Finding.Fail($"nothing answers at {url}, though the server runs: check its name, the proxy, and the network between."),
            var (status, _) => Finding.Fail(
                $"{url} answers {(int)status!} and is not our server, though that runs: let the proxy pass /health on to {local!.Address}."),
        };
    }
}
