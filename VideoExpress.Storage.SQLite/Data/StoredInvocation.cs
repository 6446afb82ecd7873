using Hangfire.Common;
using Hangfire.Storage;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>What a background job calls, as the file keeps it: the method as one JSON text, its arguments as another.</summary>
internal sealed record StoredInvocation(string Payload, string Arguments)
{
    public static StoredInvocation From(Job job)
    {
        var invocation = InvocationData.SerializeJob(job);
        return new StoredInvocation(invocation.SerializePayload(excludeArguments: true), invocation.Arguments);
    }

    /// <summary>Never throws: what cannot be loaded is told by <see cref="LoadedInvocation.Exception"/>.</summary>
    public LoadedInvocation Load()
    {
        InvocationData? invocation = null;
        try
        {
            invocation = InvocationData.DeserializePayload(Payload);
            if (Arguments.Length > 0)
            {
                invocation.Arguments = Arguments;
            }

            return new LoadedInvocation(invocation, invocation.DeserializeJob(), null);
        }
        catch (JobLoadException exception)
        {
            return new LoadedInvocation(invocation, null, exception);
        }
        catch (Exception exception)
        {
            return new LoadedInvocation(invocation, null, new JobLoadException("The stored job could not be read.", exception));
        }
    }
}

internal sealed record LoadedInvocation(InvocationData? Invocation, Job? Job, JobLoadException? Exception);
