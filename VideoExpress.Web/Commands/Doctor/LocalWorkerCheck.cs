using System.Runtime.CompilerServices;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>The draft worker that the server starts: python, its modules, its script.</summary>
internal static class LocalWorkerCheck
{
    private static readonly (string Module, string Package)[] Modules =
        [("numpy", "python3-numpy"), ("cv2", "python3-opencv"), ("PIL", "python3-pil")];

    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (command, problem) = WorkerCommand.Find(subject.Settings.Host.ContentRoot, AppContext.BaseDirectory);
        if (command is null)
        {
            yield return Finding.Fail(problem!);
            yield break;
        }

        List<string> missing = [];
        foreach (var (module, package) in Modules)
        {
            if (await Tool.AskAsync(command.Python, ["-c", $"import {module}"], cancellationToken) is not (0, _))
            {
                missing.Add(package);
            }
        }

        yield return missing.Count == 0
            ? Finding.Ok($"{command.Python} has the modules that drafts need")
            : Finding.Fail($"{command.Python} lacks modules that drafts need: apt-get install {string.Join(' ', missing)}, or set Gateway:LocalWorker=false.");
    }
}
