using System.Text.Json.Nodes;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Provider;

/// <summary>A request that the provider has accepted. Its final state is final.</summary>
internal sealed class ProviderRequest : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly JsonObject _policy;
    private TimeSpan? _startedAt;
    private JsonNode? _output;
    private string? _error;
    private string? _workerId;
    private int _retries;
    private int _looks;
    private int _cancels;

    public ProviderRequest(string id, JsonObject body, Misbehaviour behaviour, TimeSpan now)
    {
        (Id, Behaviour, AcceptedAt) = (id, behaviour, now);
        Input = body["input"]!.AsObject();
        Webhook = body["webhook"]?.GetValue<string>() is { } url ? new Uri(url) : null;
        _policy = body["policy"] as JsonObject ?? [];
    }

    public string Id { get; }

    public JsonObject Input { get; }

    public Uri? Webhook { get; }

    public Misbehaviour Behaviour { get; }

    public TimeSpan AcceptedAt { get; }

    public Guid JobId => Identity("job_id");

    public Guid AttemptId => Identity("attempt_id");

    /// <summary>RunPod's default is 10 minutes.</summary>
    public TimeSpan ExecutionTimeout => Limit("executionTimeout", 600_000);

    /// <summary>RunPod's default is a day.</summary>
    public TimeSpan TimeToLive => Limit("ttl", 86_400_000);

    /// <summary>RunPod's word.</summary>
    public string Status { get; private set; } = RunPodStates.InQueue;

    public bool IsOver => Status is not (RunPodStates.InQueue or RunPodStates.InProgress);

    /// <summary>A worker's handler has started.</summary>
    public bool HasBegun => _startedAt is not null;

    /// <summary>When it became final; null while it is not.</summary>
    public TimeSpan? FinishedAt { get; private set; }

    /// <summary>Cancelled when its worker is told to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>The number of this look at its status, from 1.</summary>
    public int Look() => Interlocked.Increment(ref _looks);

    /// <summary>A worker's handler starts.</summary>
    public void Begin(string workerId, TimeSpan now) => WhileOpen(() => (Status, _workerId, _startedAt) = (RunPodStates.InProgress, workerId, now));

    /// <summary>The worker says how far it is.</summary>
    public void Advance(int percent) => WhileOpen(() => _output = new JsonObject { ["progress"] = percent, ["phase"] = "generating", ["seq"] = percent });

    /// <summary>The platform hands it out again.</summary>
    public void Redispatch() => WhileOpen(() => _retries++);

    /// <summary>True when this ended it.</summary>
    public bool TryEnd(string status, TimeSpan now, JsonNode? output = null, string? error = null) =>
        WhileOpen(() => (Status, FinishedAt, _output, _error) = (status, now, output?.DeepClone(), error));

    /// <summary>Cancels it, unless it is over or ignores cancels so far.</summary>
    public void Cancel(TimeSpan now)
    {
        if (Interlocked.Increment(ref _cancels) > Behaviour.CancelsIgnored && TryEnd(RunPodStates.Cancelled, now))
        {
            _stop.Cancel();
        }
    }

    /// <summary>The answer to a look; absent fields are left out, times are milliseconds.</summary>
    public JsonObject ToAnswer()
    {
        lock (_gate)
        {
            var answer = new JsonObject { ["id"] = Id, ["status"] = Status };
            if (_startedAt is { } startedAt)
            {
                answer["delayTime"] = (long)(startedAt - AcceptedAt).TotalMilliseconds;
                answer["workerId"] = _workerId;
            }

            if (_startedAt is { } from && FinishedAt is { } until)
            {
                answer["executionTime"] = (long)Math.Max(0, (until - from).TotalMilliseconds);
            }

            foreach (var (name, value) in new (string, JsonNode?)[] { ("output", _output?.DeepClone()), ("error", _error), ("retries", _retries > 0 ? _retries : null) })
            {
                if (value is not null)
                {
                    answer[name] = value;
                }
            }

            return answer;
        }
    }

    public void Dispose() => _stop.Dispose();

    private bool WhileOpen(Action change)
    {
        lock (_gate)
        {
            if (IsOver)
            {
                return false;
            }

            change();
            return true;
        }
    }

    private Guid Identity(string name) => Guid.TryParse(Input[name]?.GetValue<string>(), out var id) ? id : Guid.Empty;

    private TimeSpan Limit(string name, long milliseconds) => TimeSpan.FromMilliseconds(_policy[name]?.GetValue<long>() ?? milliseconds);
}
