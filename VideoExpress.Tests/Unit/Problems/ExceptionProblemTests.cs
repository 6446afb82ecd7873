using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
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

    private static async Task<int> StatusOfAsync(Exception thrown, bool isAborted)
    {
        await using var services = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services, RequestAborted = new CancellationToken(isAborted) };
        var handler = new ExceptionProblem(NullLogger<ExceptionProblem>.Instance);
        Assert.True(await handler.TryHandleAsync(http, thrown, CancellationToken.None));
        return http.Response.StatusCode;
    }
}
