using System.Text.RegularExpressions;
using VideoExpress.Web.Settings;

namespace VideoExpress.Tests.Unit.Settings;

public sealed partial class ComposeFileTests
{
    [Fact]
    public void EverySetting_ThatTheComposeFileNames_IsOne()
    {
        var names = Names().Matches(File.ReadAllText(Repository.Path("docker", "compose.yaml")))
            .Select(match => match.Value).ToHashSet();

        Assert.Superset(new HashSet<string> { "ApiKey", "PublicUrl", "S3_ENDPOINT", "S3_ACCESS_KEY", "Store__PublicEndpoint" }, names);
        Assert.All(names, name => Assert.True(
            SettingAliases.All.ContainsKey(name) || KnownSettings.ByName.ContainsKey(name.Replace("__", ":", StringComparison.Ordinal)), name));
    }

    /// <summary>Long names with a section, short ones, and what a comment gives as <c>Name=…</c>; not the variables of other images.</summary>
    [GeneratedRegex(@"\b(?:[A-Z][A-Za-z]+__[A-Za-z]+|(?:S3|RUNPOD|DB)_[A-Z_]+|[A-Z][A-Za-z]+(?==(?:…|https?:)))")]
    private static partial Regex Names();
}
