using System.Collections.Concurrent;
using Hangfire.Common;
using Hangfire.Storage;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>What a background job calls, as the file keeps it: the method as one JSON text, its arguments as another.</summary>
internal sealed record StoredInvocation(string Payload, string Arguments)
{
    /// <summary>
    /// An application has few methods and many jobs, each of which is read several times; so what the payloads say is kept, and how they
    /// are written. No more than <see cref="MostKept"/>, in case somebody puts something unique into a queue's name.
    /// </summary>
    private static readonly ConcurrentDictionary<string, InvocationData> Parsed = new(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<(string Type, string Method, string Parameters, string? Queue), string> Written = [];

    private const int MostKept = 1000;

    public static StoredInvocation From(Job job)
    {
        var invocation = InvocationData.SerializeJob(job);
        var method = (invocation.Type, invocation.Method, invocation.ParameterTypes, invocation.Queue);
        if (!Written.TryGetValue(method, out var payload))
        {
            payload = invocation.SerializePayload(excludeArguments: true);
            if (Written.Count < MostKept)
            {
                Written.TryAdd(method, payload);
            }
        }

        return new StoredInvocation(payload, invocation.Arguments);
    }

    /// <summary>Never throws: what cannot be loaded is told by <see cref="LoadedInvocation.Exception"/>.</summary>
    public LoadedInvocation Load()
    {
        InvocationData? invocation = null;
        try
        {
            invocation = Parse();
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

    private InvocationData Parse()
    {
        if (!Parsed.TryGetValue(Payload, out var known))
        {
            known = InvocationData.DeserializePayload(Payload);
            if (Parsed.Count < MostKept)
            {
                Parsed.TryAdd(Payload, known);
            }
        }

        return new InvocationData(
            known.Type, known.Method, known.ParameterTypes, Arguments.Length > 0 ? Arguments : known.Arguments, known.Queue);
    }
}

internal sealed record LoadedInvocation(InvocationData? Invocation, Job? Job, JobLoadException? Exception);
