using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using VideoExpress.Web.Problems;

namespace VideoExpress.Tests.Unit.Problems;

/// <summary>The order of things when a line breaks, which no test over a real line can force.</summary>
public sealed class ExceptionProblemTests
{
    [Fact]
    public async Task ALineThatBroke_IsNoMistakeOfTheServer_BeforeTheTokenTellsIt() =>
        Assert.Equal(StatusCodes.Status499ClientClosedRequest, await StatusOfAsync(new ConnectionResetException("reset"), isAborted: false));

    [Theory]
    [InlineData(true, StatusCodes.Status499ClientClosedRequest)]
    [InlineData(false, StatusCodes.Status500InternalServerError)]
    public async Task AFailureToReadOrWrite_IsTheClients_OnlyWhenItIsGone(bool isAborted, int status) =>
        Assert.Equal(status, await StatusOfAsync(new IOException("disk"), isAborted));

    [Theory]
    [InlineData(SQLitePCL.raw.SQLITE_FULL, StatusCodes.Status507InsufficientStorage)]
    [InlineData(SQLitePCL.raw.SQLITE_READONLY, StatusCodes.Status503ServiceUnavailable)]
    [InlineData(SQLitePCL.raw.SQLITE_IOERR, StatusCodes.Status503ServiceUnavailable)] // a mount that became read-only under an open file
    [InlineData(SQLitePCL.raw.SQLITE_CONSTRAINT, StatusCodes.Status500InternalServerError)]
    public async Task ADiskThatTakesNoWrites_IsToldFromAMistakeOfOurs(int code, int status) =>
        Assert.Equal(status, await StatusOfAsync(new SqliteException("no", code), isAborted: false));

    private static async Task<int> StatusOfAsync(Exception thrown, bool isAborted)
    {
        await using var services = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services, RequestAborted = new CancellationToken(isAborted) };
        var handler = new ExceptionProblem(NullLogger<ExceptionProblem>.Instance);
        Assert.True(await handler.TryHandleAsync(http, thrown, CancellationToken.None));
        return http.Response.StatusCode;
    }
}
