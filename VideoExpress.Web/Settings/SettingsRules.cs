using Cronos;
using VideoExpress.Jobs.Retention;

namespace VideoExpress.Web.Settings;

/// <summary>What must hold between settings, each rule a sentence when it does not.</summary>
internal static class SettingsRules
{
    /// <summary>The rules that <paramref name="settings"/> break.</summary>
    public static IEnumerable<string> Broken(AppSettings settings) =>
    [
        .. Access(settings.Host), .. settings.Store.Validate(), .. settings.RunPod.Validate(), .. Schedules(settings.Retention),
        .. Provider(settings),
    ];

    private static IEnumerable<string> Access(HostSettings host)
    {
        var addresses = ListenAddresses.Of(host.Urls);
        if (addresses.Count == 0 || addresses.Contains(null))
        {
            yield return "Urls: each address must look like http://localhost:8000 (https is the work of a proxy in front).";
        }

        if (host.ApiKey is { } key && (key.Any(char.IsWhiteSpace) || key.Any(char.IsControl)))
        {
            yield return "ApiKey: the value must not contain white space, which a header cannot carry.";
        }

        if (host.ApiKey is null && addresses.FirstOrDefault(a => a is not null && !ListenAddresses.IsLoopback(a.Host)) is { } open)
        {
            yield return $"Urls: {open} can be reached from other machines, so ApiKey must be set as well.";
        }

        if (host.ApiKey is null && host.PublicUrl is { IsLoopback: false })
        {
            yield return "PublicUrl: it is not an address of this machine, so ApiKey must be set as well.";
        }
    }

    private static IEnumerable<string> Schedules(RetentionSettings retention)
    {
        foreach (var (name, schedule) in new[] { ("Schedule", retention.Schedule), ("ScrubSchedule", retention.ScrubSchedule) })
        {
            if (!CronExpression.TryParse(schedule, out _))
            {
                yield return $"Retention:{name}: \"{schedule}\" is no cron expression such as \"7 * * * *\" (each hour) or \"30 3 * * *\" (at 3:30 UTC).";
            }
        }
    }

    private static IEnumerable<string> Provider(AppSettings settings)
    {
        if (settings.RunPod is { Endpoint: not null, ApiKey: null })
        {
            yield return "RunPod:Endpoint (RUNPOD_ENDPOINT): an endpoint also needs RunPod:ApiKey (RUNPOD_API_KEY).";
        }

        if (settings.RunPod.Endpoint is null or { IsLoopback: true })
        {
            yield break;
        }

        // The provider's workers put their files by URL, so the store must be reachable from where they are.
        if (settings.Store.Bucket is null && settings.Host.PublicUrl is null or { IsLoopback: true })
        {
            yield return "RunPod:Endpoint (RUNPOD_ENDPOINT): the provider's workers cannot reach the files of this machine; "
                + "set Store:Bucket (S3_BUCKET), or PublicUrl to the address at which this server is reached from outside.";
        }

        if (settings.Store is { Bucket: not null, Endpoint.IsLoopback: true, PublicEndpoint: null or { IsLoopback: true } })
        {
            yield return "Store:Endpoint (S3_ENDPOINT): the provider's workers cannot reach a store on this machine; "
                + "set Store:PublicEndpoint to the address at which it is reached from outside.";
        }
    }
}
