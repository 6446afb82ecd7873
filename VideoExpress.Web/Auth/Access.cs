using Microsoft.AspNetCore.Authorization;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Auth;

/// <summary>
/// Who may call. Without an API key: this machine's own user, directly. With one: whoever sends it as Bearer, or, on pages for
/// browsers, as password; nothing else is asked then, since a foreign site or a rebound name does not have the key.
/// </summary>
internal sealed class Access(HostSettings settings)
{
    private readonly ApiKey? _key = settings.ApiKey is { } key ? new ApiKey(key) : null;

    /// <summary>Null when the request may pass, else the answer it gets.</summary>
    public AccessDenial? Check(HttpContext context)
    {
        if (_key is null)
        {
            return LocalRequest.WhyNot(context) is { } reason ? new AccessDenial(StatusCodes.Status403Forbidden, reason, Challenge: null) : null;
        }

        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<IAllowAnonymous>() is not null || _key.IsBearerOf(context.Request))
        {
            return null;
        }

        if (endpoint?.Metadata.GetMetadata<BrowserPage>() is null)
        {
            return new AccessDenial(StatusCodes.Status401Unauthorized, "Send the API key as \"Authorization: Bearer KEY\".", "Bearer");
        }

        return _key.IsPasswordOf(context.Request)
            ? null
            : new AccessDenial(StatusCodes.Status401Unauthorized, "Sign in with any user name and the API key as password.", "Basic realm=\"VideoExpress\"");
    }
}

/// <summary>Why a request may not pass.</summary>
/// <param name="Status">401 or 403.</param>
/// <param name="Reason">A sentence for the caller.</param>
/// <param name="Challenge">The header <c>WWW-Authenticate</c> of a 401.</param>
internal sealed record AccessDenial(int Status, string Reason, string? Challenge);

/// <summary>Marks an endpoint that people open in a browser, which can send a password but no Bearer.</summary>
internal sealed class BrowserPage;
