using System.Net;
using System.Net.Sockets;
using VideoExpress.Tests.Integration.Hosting;
using VideoExpress.Web.Commands;

namespace VideoExpress.Tests.Integration.Commands;

/// <summary>What commands have in common: how they are called, and how they end.</summary>
public sealed class CommandProcessTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("doctr", "There is no command doctr; did you mean doctor?")]
    [InlineData("zzzzzzzz", "There is no command zzzzzzzz; help lists them")]
    public async Task AnUnknownCommand_IsRefused_AndTheNearestNamed(string name, string words)
    {
        var run = await CommandRun.RunAsync(name, "--data", _folder.File("data"));

        Assert.Equal((2, words), (run.ExitCode, run.Errors));
        Assert.False(Directory.Exists(_folder.File("data")));
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("backup", "--help")]
    public async Task Help_ListsEveryCommand(params string[] arguments)
    {
        var run = await CommandRun.RunAsync(arguments);

        Assert.Equal(0, run.ExitCode);
        Assert.All(CommandList.All, command => Assert.Contains($"  {command.Usage} ", run.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("It is called like this: backup DIR", "backup")]
    [InlineData("It is called like this: restore DIR [--replace]", "restore", "a", "b")]
    [InlineData("It is called like this: restore DIR [--replace]", "restore", "a", "--replace", "yes")]
    [InlineData("The command line: --origin has no value.", "doctor", "--origin")]
    [InlineData("The command line: --replace takes no value.", "restore", "a", "--replace=no")]
    [InlineData("The command line: there is no option --orgin; did you mean --origin?", "doctor", "--orgin", "https://app.example.com")]
    [InlineData("The command line: there is no option --replce; did you mean --replace?", "restore", "a", "--replce")]
    public async Task AWrongCall_IsAnswered_WithHowItIsCalled(string words, params string[] arguments)
    {
        var run = await CommandRun.RunAsync(arguments);

        Assert.Equal((2, words), (run.ExitCode, run.Errors));
    }

    [Fact]
    public async Task WrongSettings_GetTheSentencesOfTheServer()
    {
        string[] wrong = ["--Store:Bucket", "x", "--Hangfire:Workers", "many", "--Stor:Bucket=y"];
        await using var server = ServerRun.Start(wrong);
        Assert.Equal(2, await server.ExitAsync());

        var run = await CommandRun.RunAsync(["doctor", "--contentRoot", _folder.Path, .. wrong]);

        Assert.Equal((2, server.Errors), (run.ExitCode, run.Errors));
        Assert.Contains("Hangfire:Workers", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheProgramItself_RunsACommand_WithoutColourWhenPiped_AndMakesNothing()
    {
        using var process = CommandRun.Start(null, "doctor", "--contentRoot", _folder.Path, "--urls", "http://127.0.0.1:0", "--Gateway:LocalWorker", "false");

        var run = await CommandRun.EndOfAsync(process);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.EndsWith("0 FAIL", run.Output.Trim(), StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
        Assert.Empty(run.Errors);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task CtrlC_EndsACommandAtOnce()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var process = CommandRun.Start(
            null, "doctor", "--contentRoot", _folder.Path, "--urls", $"http://{silent.LocalEndpoint}", "--Gateway:LocalWorker", "false");
        using var connection = await silent.AcceptSocketAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);

        using var kill = System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"]);
        var begun = TimeProvider.System.GetTimestamp();
        var run = await CommandRun.EndOfAsync(process);

        Assert.Equal((130, "Interrupted."), (run.ExitCode, run.Errors));
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }
}
