using VideoExpress.Tests.Integration.Gateway;
using VideoExpress.Tests.Storage.Crash;

namespace VideoExpress.Tests;

/// <summary>The test assembly as a program, <c>VideoExpress.Tests ROLE PATH [SETTING]</c>: the processes that crash tests kill.</summary>
internal static class TestProgram
{
    private static Task<int> Main(string[] arguments) => arguments[0] == GatewayProcess.Role
        ? GatewayProcess.RunAsync(arguments[1])
        : Task.FromResult(ChildProcess.Run(arguments[0], arguments[1], arguments.ElementAtOrDefault(2)));
}
