using Microsoft.Extensions.Logging;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Tests.Integration.Gateway;

public sealed class WorkerLineTests
{
    [Theory]
    [InlineData("INFO   | a-u1 | Started.", LogLevel.Information)]
    [InlineData("DEBUG  | polling", LogLevel.Debug)]
    [InlineData("[WARNING] low memory", LogLevel.Warning)]
    [InlineData("ERROR: no model", LogLevel.Error)]
    [InlineData("2026-08-01 12:00:00,123 ERROR videoexpress.runner no model", LogLevel.Error)]
    [InlineData("CRITICAL gone", LogLevel.Critical)]
    [InlineData("INFORMATION is not a level", null)]
    [InlineData("an ERROR in the middle", null)]
    public void Level_IsTheFirstWord_AfterTheTime(string line, LogLevel? level) => Assert.Equal(level, WorkerLine.LevelOf(line));

    [Theory]
    [InlineData("PUT http://h/k?X-Amz-Signature=s failed", "PUT http://h/k?… failed")]
    [InlineData("url='https://h/a?sig=s', 'https://h/b?sig=t'", "url='https://h/a?…', 'https://h/b?…'")]
    [InlineData("why? https://h/a", "why? https://h/a")]
    [InlineData("2026-08-01 12:00:00,123 ERROR videoexpress.runner no model", "videoexpress.runner no model")]
    [InlineData("INFORMATION is not a level", "INFORMATION is not a level")]
    public void Text_HasNoTimeNoLevelAndNoQuery(string line, string shown) => Assert.Equal(shown, WorkerLine.TextOf(line));
}
