using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;
using VideoExpress.Web.Hosting.Logging;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands;

/// <summary>The life of a process that was given a command: 0 done, 1 not done, 2 called wrongly or wrong settings, 130 interrupted.</summary>
internal static class CommandProcess
{
    private const int Interrupted = 130;
    private static readonly string[] Help = ["help", "--help", "-h"];

    /// <summary>True when the arguments begin with a command, or with what is meant as one.</summary>
    public static bool IsMeant(IReadOnlyList<string> arguments) => arguments is [var first, ..] && (Help.Contains(first) || first is not ['-', ..]);

    /// <summary>Runs the command until it is done, or until SIGTERM or Ctrl+C.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        using var end = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        var output = new CommandOutput(Console.Out, ConsoleLine.WantsColor);
        return await RunAsync(arguments, output, Console.Error, TimeProvider.System, end.Token);

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.Cancel();
        }
    }

    /// <inheritdoc cref="RunAsync(IReadOnlyList{string})"/>
    internal static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, CommandOutput output, TextWriter errors, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            if (Help.Contains(arguments[0]) || arguments.Intersect(Help.Skip(1)).Any())
            {
                ShowHelp(output);
                return 0;
            }

            var (command, call) = Read(arguments, output, time);
            return await command.RunAsync(call, cancellationToken);
        }
        catch (SettingsException wrong)
        {
            await errors.WriteLineAsync(wrong.Message);
            return 2;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await errors.WriteLineAsync("Interrupted.");
            return Interrupted;
        }
        catch (Exception error) when (error is CommandException or JobException or NewerSchemaException or SqliteException
            or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // A command has no log to look into for the cause.
            var cause = error is StoreException { InnerException: IOException or UnauthorizedAccessException } ? $" ({error.InnerException.Message})" : "";
            await errors.WriteLineAsync(output.Secrets.HideIn(error.Message + cause));
            return 1;
        }
    }

    private static (Command Command, CommandCall Call) Read(IReadOnlyList<string> arguments, CommandOutput output, TimeProvider time)
    {
        var command = CommandList.All.FirstOrDefault(command => command.Name == arguments[0]) ?? throw Unknown(arguments[0]);
        List<string> faults = [];
        var given = CommandArguments.Read(command, [.. arguments.Skip(1)], faults);
        if (faults.Count > 0)
        {
            throw new SettingsException(faults);
        }

        var settings = SettingsLoader.Load(given.Settings);
        output.Secrets = Secrets.Of(settings);
        return (command, new CommandCall(given.Values, given.Options, settings, output, time));
    }

    private static SettingsException Unknown(string name)
    {
        var meant = NearestName.Meant(name, [.. CommandList.All.Select(command => command.Name), Help[0]]);
        return new SettingsException([$"There is no command {name}; {(meant is null ? "help lists them" : $"did you mean {meant}?")}"]);
    }

    private static void ShowHelp(CommandOutput output)
    {
        List<(string Usage, string Summary)> lines =
        [
            ("[--urls URL] [--data DIR]", "the server, until Ctrl+C"),
            .. CommandList.All.Select(command => (command.Usage, command.Summary)),
            (Help[0], "this list"),
        ];
        var width = lines.Max(line => line.Usage.Length);
        lines.ForEach(line => output.Line($"  {line.Usage.PadRight(width)}  {line.Summary}"));
        output.Line("Each takes the settings of the server as well: --Section:Key value, the environment, .env, appsettings.json.");
    }
}
