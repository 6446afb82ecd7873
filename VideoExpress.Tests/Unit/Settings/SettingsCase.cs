using System.Collections;
using VideoExpress.Web.Settings;

namespace VideoExpress.Tests.Unit.Settings;

/// <summary>Settings as four levels of text, in a content root of their own.</summary>
internal sealed class SettingsCase : IDisposable
{
    private readonly Hashtable _environment = [];
    private readonly List<string> _arguments = [];

    public SettingsCase() => _arguments.AddRange(["--contentRoot", Root]);

    public string Root { get; } = Directory.CreateTempSubdirectory("videoexpress-settings-").FullName;

    public SettingsCase Json(string text) => File("appsettings.json", text);

    public SettingsCase DotEnv(string text) => File(".env", text);

    public SettingsCase Environment(string name, string value)
    {
        _environment[name] = value;
        return this;
    }

    public SettingsCase Arguments(params string[] arguments)
    {
        _arguments.AddRange(arguments);
        return this;
    }

    public AppSettings Load() => SettingsLoader.Load(_arguments, _environment);

    /// <summary>The only fault that loading finds.</summary>
    public string Fault() => Assert.Single(Faults());

    public IReadOnlyList<string> Faults() => Assert.Throws<SettingsException>(Load).Faults;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private SettingsCase File(string name, string text)
    {
        System.IO.File.WriteAllText(Path.Combine(Root, name), text);
        return this;
    }
}
