using VideoExpress.Tests.Integration.Gateway;
using VideoExpress.Tests.Storage.Crash;

namespace VideoExpress.Tests;

/// <summary>The test assembly as a program, <c>VideoExpress.Tests ROLE PATH [SETTING]</c>: the processes that crash tests kill.</summary>
internal static class TestProgram
{
    private static Task<int> Main(string[] arguments) => arguments[0] switch
    {
        GatewayProcess.Role => GatewayProcess.RunAsync(arguments[1]),
        var role when role.StartsWith("use-", StringComparison.Ordinal) => Task.FromResult(ConfigurationProcess.Run(role, arguments[1])),
        var role => Task.FromResult(ChildProcess.Run(role, arguments[1], arguments.ElementAtOrDefault(2))),
    };
}
