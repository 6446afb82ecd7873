namespace VideoExpress.Tests.Provider;

/// <summary>What goes wrong with one submission. The default: nothing.</summary>
internal sealed record Misbehaviour
{
    public static readonly Misbehaviour None = new();

    /// <summary>What becomes of <c>POST /run</c>.</summary>
    public RunLie Run { get; init; }

    /// <summary>Where the worker disappears.</summary>
    public VanishingPoint Vanishes { get; init; }

    /// <summary>The platform never notices that the worker is gone: IN_PROGRESS for ever. Else FAILED, "job timed out after 1 retries".</summary>
    public bool VanishesUnnoticed { get; init; }

    /// <summary>The same request runs twice, on two workers at once.</summary>
    public bool RunsTwice { get; init; }

    /// <summary>The work takes <see cref="ProviderPace.LongWork"/>: only the claim tells meanwhile that it is at work.</summary>
    public bool WorksLong { get; init; }

    /// <summary>The handler ends with this error.</summary>
    public string? Error { get; init; }

    /// <summary>So many first looks at the status are answered with 500.</summary>
    public int StatusErrors { get; init; }

    /// <summary>So many first looks are answered with 404.</summary>
    public int StatusMisses { get; init; }

    /// <summary>So many first looks are answered with half a document.</summary>
    public int StatusHalves { get; init; }

    /// <summary>Answers to looks take <see cref="ProviderPace.Lateness"/>.</summary>
    public bool IsSlow { get; init; }

    /// <summary>The request is forgotten as soon as it is over.</summary>
    public bool ResultExpires { get; init; }

    /// <summary>COMPLETED comes without its output, as when the platform refuses the worker's result.</summary>
    public bool OutputIsRefused { get; init; }

    /// <summary>What becomes of the webhook.</summary>
    public WebhookLie Webhook { get; init; }

    /// <summary>So many first cancels change nothing.</summary>
    public int CancelsIgnored { get; init; }

    /// <summary>The worker goes on after a cancel and puts its files and result all the same.</summary>
    public bool WorksOnAfterCancel { get; init; }

    /// <summary>True when the worker does not bring the result to the store: only then may the work be bought again.</summary>
    public bool LosesTheWork => Error is not null || Vanishes is VanishingPoint.BeforeClaim or VanishingPoint.AfterClaim or VanishingPoint.AfterFiles;

    /// <summary>What differs from the default.</summary>
    public override string ToString() => string.Join(' ', typeof(Misbehaviour).GetProperties()
        .Where(property => property.CanWrite && !Equals(property.GetValue(this), property.GetValue(None)))
        .Select(property => $"{property.Name}={property.GetValue(this)}")) is { Length: > 0 } text ? text : "none";
}

/// <summary>What becomes of a submission.</summary>
internal enum RunLie
{
    /// <summary>Accepted and answered.</summary>
    None,

    /// <summary>Accepted; the connection breaks before the answer.</summary>
    HangsUp,

    /// <summary>Accepted; the answer is 500.</summary>
    Says500,

    /// <summary>Accepted; the answer is a proxy's 502 in HTML.</summary>
    SaysHtml,

    /// <summary>Accepted; half of the answer comes.</summary>
    SaysHalf,

    /// <summary>Accepted; no answer comes as long as the client waits.</summary>
    SaysNothing,

    /// <summary>Accepted; the answer comes late.</summary>
    IsLate,

    /// <summary>Not accepted, and the answer is 500: nobody can know that nothing runs.</summary>
    Loses,

    /// <summary>Not accepted: 429 with Retry-After, nothing runs.</summary>
    Refuses,
}

/// <summary>Where a worker disappears.</summary>
internal enum VanishingPoint
{
    Nowhere,
    BeforeClaim,
    AfterClaim,
    AfterFiles,
    AfterResult,
}

/// <summary>What becomes of a request's webhook.</summary>
internal enum WebhookLie
{
    /// <summary>Sent when the request is over; three tries.</summary>
    None,
    Never,
    Twice,
    Late,

    /// <summary>An older one, of a request at work, comes behind it.</summary>
    OutOfOrder,
}
