using System.Runtime.CompilerServices;
using Hangfire;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage;

/// <summary>Hangfire's global settings as the product has them, made before the first test: they are no test's own.</summary>
internal static class StorageSetup
{
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "Nothing but the test runner loads this assembly.")]
    internal static void Configure()
    {
        GlobalConfiguration.Configuration.SetDataCompatibilityLevel(CompatibilityLevel.Version_180);
        TransactionalContinuationsAttribute.ReplaceStockFilter();
        PromptCancellationAttribute.AddToGlobalFilters();
    }
}
