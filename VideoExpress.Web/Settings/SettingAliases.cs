namespace VideoExpress.Web.Settings;

/// <summary>Short names, valid at every level, of the settings that nearly everybody needs.</summary>
internal static class SettingAliases
{
    /// <summary>Alias → long name.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["RUNPOD_ENDPOINT"] = "RunPod:Endpoint",
        ["RUNPOD_API_KEY"] = "RunPod:ApiKey",
        ["S3_BUCKET"] = "Store:Bucket",
        ["S3_ENDPOINT"] = "Store:Endpoint",
        ["S3_ACCESS_KEY"] = "Store:AccessKey",
        ["S3_SECRET_KEY"] = "Store:SecretKey",
        ["S3_REGION"] = "Store:Region",
        ["DB_PATH"] = "Database",
    };
}
