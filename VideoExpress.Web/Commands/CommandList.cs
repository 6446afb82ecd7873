using VideoExpress.Web.Commands.Backup;
using VideoExpress.Web.Commands.Doctor;
using VideoExpress.Web.Commands.Restore;

namespace VideoExpress.Web.Commands;

/// <summary>The commands that there are: a new one is entered here.</summary>
internal static class CommandList
{
    public static IReadOnlyList<Command> All { get; } = [DoctorCommand.Command, BackupCommand.Command, RestoreCommand.Command];
}
