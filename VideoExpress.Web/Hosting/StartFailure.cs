using Microsoft.AspNetCore.Connections;

namespace VideoExpress.Web.Hosting;

/// <summary>Says why the server could not start, and what to do.</summary>
internal static class StartFailure
{
    /// <summary>What the host logs of a failed start: a trace of what <see cref="Explain"/> says in a sentence.</summary>
    public const string LoggedByTheHost = "Hosting failed to start";

    /// <summary>A sentence for what an operator can mend; for a mistake of ours, all there is.</summary>
    public static string Explain(Exception exception) => exception switch
    {
        { InnerException: AddressInUseException } =>
            $"{Address(exception)} is in use by another program; stop that one, or choose another address with --urls.",
        UnauthorizedAccessException => $"VideoExpress could not start: {exception.Message} Choose a folder that this user may write to with --data.",
        NullReferenceException or ArgumentException or InvalidCastException or TypeLoadException =>
            $"VideoExpress could not start, by a mistake of its own: {exception}",
        _ => $"VideoExpress could not start: {exception.Message}",
    };

    // "Failed to bind to address http://127.0.0.1:8000: address already in use."
    private static string Address(Exception exception) =>
        exception.Message.Split(' ').FirstOrDefault(word => word.StartsWith("http", StringComparison.Ordinal))?.TrimEnd(':') ?? "The address";
}
