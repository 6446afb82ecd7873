using System.Text;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Gpu.Webhooks;

namespace VideoExpress.Tests.Unit.Gpu;

/// <summary>The URL that a provider is to call, the token in it, and what the provider says there.</summary>
public sealed class WebhookTests
{
    private static readonly Guid Id = Guid.Parse("01a20d15-7c3e-7000-8000-00000000abcd");
    private static readonly WebhookTokens Tokens = new(new byte[32]);

    [Fact]
    public void AToken_NamesItsAttempt_AndOnlyWithThisKey()
    {
        var token = Tokens.Of(Id);

        Assert.Equal(Id, Tokens.AttemptOf(token));
        Assert.Matches("^[0-9a-f]{32}[A-Za-z0-9_-]{43}$", token);
        Assert.Null(new WebhookTokens([.. Enumerable.Repeat((byte)1, 32)]).AttemptOf(token));
    }

    [Fact]
    public void AnyOtherToken_NamesNothing()
    {
        var token = Tokens.Of(Id);
        var others = Enumerable.Range(0, token.Length)
            .Select(at => token[..at] + (token[at] == '1' ? '2' : '1') + token[(at + 1)..])
            .Concat(["", "x", token[..32], token[..^1], token + "A", token + "=", Tokens.Of(Guid.CreateVersion7())[..32] + token[32..], new string('é', 75)]);

        Assert.All(others, other => Assert.Null(Tokens.AttemptOf(other)));
    }

    [Theory]
    [InlineData("local", null, "http://127.0.0.1:8000/")]
    [InlineData("local", "https://films.example.com/v", "http://127.0.0.1:8000/")]
    [InlineData("https://api.runpod.ai/v2/x", "https://films.example.com/v", "https://films.example.com/v/")]
    [InlineData("https://api.runpod.ai/v2/x", null, null)]
    [InlineData("http://127.0.0.1:9000/v2/x", null, "http://127.0.0.1:8000/")]
    public void TheUrl_IsOneThatTheProviderReaches_OrNone(string endpoint, string? publicUrl, string? expected)
    {
        var server = new ServerAddress(publicUrl is null ? null : new Uri(publicUrl));
        server.Listen(new Uri("http://127.0.0.1:8000"));

        var url = new WebhookAddress(server, Tokens).Of(AnAttempt(endpoint));

        Assert.Equal(expected is null ? null : $"{expected}webhooks/runpod/{Tokens.Of(Id)}", url?.AbsoluteUri);
    }

    [Fact]
    public void TheBody_IsKeptAsItCame_WithoutWhatWeSentOurselves()
    {
        var webhook = Read("""
            {"delayTime":12,"id":"r-u1","input":{"prompt":"x"},"output":{"a":[1.50,"\u00e9"],"input":1},"status":"COMPLETED","webhook":"https://x/t"}
            """)!;

        Assert.Equal(("COMPLETED", "r-u1"), (webhook.Status, webhook.RequestId));
        Assert.Equal("""{"delayTime":12,"id":"r-u1","output":{"a":[1.50,"\u00e9"],"input":1},"status":"COMPLETED"}""", webhook.Body);
        Assert.Equal(GpuState.Completed, RunPodAnswers.RequestStatus("r-u1", webhook.Body).State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("""{"status":"COMPLETED"}""")]
    [InlineData("""{"id":"","status":"COMPLETED"}""")]
    [InlineData("""{"id":7,"status":"COMPLETED"}""")]
    [InlineData("""{"id":"r-u1"}""")]
    [InlineData("""{"id":"r-u1","status":"GUESS"}""")]
    [InlineData("""{"id":"r-u1","status":"COMPLETED","output":NaN}""")]
    [InlineData("""{"id":"\ud800","status":"COMPLETED"}""")]
    [InlineData("""{"id":"r-u1","status":"COMPLETED","output":{"a":1}""")]
    public void WhatCannotBeRead_IsNothing(string body) => Assert.Null(Read(body));

    private static Webhook? Read(string body) => WebhookBody.TryRead(Encoding.UTF8.GetBytes(body));

    private static Attempt AnAttempt(string endpoint) => new()
    {
        Id = Id,
        JobId = Guid.CreateVersion7(),
        Step = 0,
        Number = 1,
        State = AttemptState.Submitting,
        Endpoint = endpoint,
        RequestId = null,
        Result = null,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
