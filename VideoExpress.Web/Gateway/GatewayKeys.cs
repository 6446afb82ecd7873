using System.Security.Cryptography;
using System.Text;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// The keys of clients and of workers: from the settings, or made once and kept in the data folder, readable by its owner only.
/// </summary>
internal sealed class GatewayKeys
{
    public GatewayKeys(GatewaySettings settings, string dataDirectory)
    {
        Client = Configured(settings.ClientKey) ?? Kept(ClientKeyPath(dataDirectory));
        Worker = Configured(settings.WorkerKey) ?? Kept(Path.Combine(dataDirectory, "gateway-worker.key"));
    }

    /// <summary>The file that keeps the key of clients where none is set.</summary>
    public static string ClientKeyPath(string dataDirectory) => Path.Combine(dataDirectory, "gateway-client.key");

    /// <summary>Opens what clients call, and nothing of the workers'.</summary>
    public string Client { get; }

    /// <summary>Opens what workers call, and nothing of the clients'.</summary>
    public string Worker { get; }

    /// <summary>Whether a request bears <paramref name="key"/>, as <c>Bearer KEY</c> (clients) or bare (workers).</summary>
    public static bool Matches(HttpRequest request, string key)
    {
        var given = request.Headers.Authorization.ToString();
        if (given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            given = given["Bearer ".Length..];
        }

        // Hashes have one length, so the time tells nothing of the key's.
        return CryptographicOperations.FixedTimeEquals(Hash(given), Hash(key));
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static string? Configured(string? key) => string.IsNullOrWhiteSpace(key) ? null : key.Trim();

    private static string Kept(string path)
    {
        if (File.Exists(path))
        {
            return File.ReadAllText(path).Trim();
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var key = RandomNumberGenerator.GetHexString(64, lowercase: true);

        // Written beside and moved: a crash leaves no half a key.
        var fresh = path + ".new";
        File.Delete(fresh);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(fresh, options))
        {
            file.Write(Encoding.ASCII.GetBytes(key));
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path);
        return key;
    }
}
