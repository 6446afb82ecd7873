using Microsoft.AspNetCore.Connections;

namespace VideoExpress.Web.Hosting;

/// <summary>Says in one sentence why the server could not start, and what to do.</summary>
internal static class StartFailure
{
    /// <summary>The sentence for <paramref name="exception"/>.</summary>
    public static string Explain(Exception exception) => exception switch
    {
        { InnerException: AddressInUseException } =>
            $"{Address(exception)} is in use by another program; stop that one, or choose another address with --urls.",
        UnauthorizedAccessException => $"{exception.Message} Choose a folder that this user may write to with --data.",
        _ => $"VideoExpress could not start: {exception.Message}",
    };

    // "Failed to bind to address http://127.0.0.1:8000: address already in use."
    private static string Address(Exception exception) =>
        exception.Message.Split(' ').FirstOrDefault(word => word.StartsWith("http", StringComparison.Ordinal))?.TrimEnd(':') ?? "The address";
}
