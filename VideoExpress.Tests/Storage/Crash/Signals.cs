using System.Runtime.InteropServices;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>Signals that .NET has no method for; numbers of Linux on x64 and arm64.</summary>
internal static class Signals
{
    private const int SigKill = 9, SigTerm = 15, SigStop = 19;

    /// <summary>Ends this process here and now, all threads, without a finally.</summary>
    public static void KillThisProcess() => _ = Kill(Environment.ProcessId, SigKill);

    /// <summary>Freezes a process: it may be killed, but does nothing any more.</summary>
    public static void Stop(int processId) => Assert.Equal(0, Kill(processId, SigStop));

    /// <summary>Asks a process to end in good order, as a service manager does.</summary>
    public static void Terminate(int processId) => Assert.Equal(0, Kill(processId, SigTerm));

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
