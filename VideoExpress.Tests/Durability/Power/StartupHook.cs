using System.Diagnostics.CodeAnalysis;
using VideoExpress.Tests.Storage.Crash;
using VideoExpress.Tests.Storage.PowerLoss;

/// <summary>
/// Runs before the Main of a process whose <c>DOTNET_STARTUP_HOOKS</c> names this assembly; the runtime looks for this very name. It writes
/// down what the built server does to its database, so that a power cut at any moment can be worked out.
/// </summary>
[SuppressMessage("Design", "CA1050", Justification = "The name and its lack of a namespace are the runtime's.")]
internal static class StartupHook
{
    /// <summary>Names the file that all is written to.</summary>
    public const string TraceVariable = "VIDEOEXPRESS_DISK_TRACE";

    public static void Initialize() => SqliteFileHook.Install(new DiskRecorder(Environment.GetEnvironmentVariable(TraceVariable)!));
}
