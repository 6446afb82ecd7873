using System.Collections;
using VideoExpress.Web.Settings;

namespace VideoExpress.Tests.Unit.Settings;

public sealed class SettingPathsTests : IDisposable
{
    private readonly SettingsCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public void DataFolder_IsRelativeToWhereItWasTyped_OnTheCommandLine()
    {
        Assert.Equal(Path.GetFullPath("films"), _case.Arguments("--data", "films").Load().Host.Data);
    }

    [Fact]
    public void DataFolder_IsRelativeToTheContentRoot_InAFile()
    {
        Assert.Equal(Path.Combine(_case.Root, "films"), _case.DotEnv("Data=films").Load().Host.Data);
    }

    [Fact]
    public void DatabasePath_OfAFile_IsRelativeToTheContentRoot()
    {
        Assert.Equal(Path.Combine(_case.Root, "jobs.db"), _case.DotEnv("DB_PATH=./jobs.db").Load().Host.Database);
    }

    [Theory]
    [InlineData(".env")]
    [InlineData("the environment")]
    [InlineData("the command line")]
    public void DataOnTheCommandLine_WinsOverDatabasePath(string level)
    {
        _ = level switch
        {
            ".env" => _case.DotEnv("DB_PATH=/other/jobs.db"),
            "the environment" => _case.Environment("DB_PATH", "/other/jobs.db"),
            _ => _case.Arguments("--DB_PATH", "/other/jobs.db"),
        };

        Assert.Null(_case.Arguments("--data", "films").Load().Host.Database);
    }

    [Fact]
    public void ContentRoot_IsRefused_WhereItWouldComeTooLate()
    {
        var environment = new Hashtable { ["ContentRoot"] = "/elsewhere" };

        var wrong = Assert.Throws<SettingsException>(() => SettingsLoader.Load([], environment));

        Assert.StartsWith("ContentRoot in the environment comes too late", Assert.Single(wrong.Faults), StringComparison.Ordinal);
    }
}
