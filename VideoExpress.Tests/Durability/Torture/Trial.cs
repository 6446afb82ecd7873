using System.Globalization;
using VideoExpress.Tests.Provider;

namespace VideoExpress.Tests.Durability.Torture;

/// <summary>Runs a schedule against the built server and a provider that outlives it, drains, and checks what is left.</summary>
internal sealed class Trial : IDisposable
{
    /// <summary>A schedule that is not drained by then has a job that is stuck.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>What is done after a commit, scratch files for one, may take this long.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private readonly Schedule _schedule;
    private readonly ProviderDouble _provider;
    private readonly KillableServer _server;
    private readonly CancellationTokenSource _end = new(Patience);
    private readonly Sender _sender;
    private volatile bool _isUp;
    private int _died;

    private Trial(Schedule schedule, ProviderDouble provider, KillableServer server)
    {
        (_schedule, _provider, _server) = (schedule, provider, server);
        _sender = new Sender(server.Http, _end.Token);
    }

    /// <summary>Runs it to its end. A trial that breaks off has broken a promise, too.</summary>
    public static async Task<Outcome> RunAsync(Schedule schedule)
    {
        var start = TimeProvider.System.GetTimestamp();
        Outcome outcome;
        try
        {
            outcome = await RunWithServerAsync(schedule);
        }
        catch (Exception broken)
        {
            outcome = new Outcome(schedule, 0, 0, 0, [new Violation(Invariant.OneEnd, broken.ToString())], default, "");
        }

        return outcome with { Took = TimeProvider.System.GetElapsedTime(start) };
    }

    public void Dispose() => _end.Dispose();

    private static async Task<Outcome> RunWithServerAsync(Schedule schedule)
    {
        await using var provider = await ProviderDouble.StartAsync();
        provider.Script = submission => BehaviourOf(schedule, submission);
        await using var server = new KillableServer();
        server.Options =
        [
            "--RunPod:Endpoint", provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", ProviderDouble.ApiKey, "--RunPod:UnknownFateWait", "00:00:01",
            "--RunPod:PollInterval", "00:00:00.100", "--Gateway:LocalWorker", $"{schedule.Jobs.Any(job => job.Chain == Chain.Draft)}", "--PublicUrl", server.Address.AbsoluteUri,
        ];
        using var trial = new Trial(schedule, provider, server);
        return await trial.RunAsync();
    }

    private static Misbehaviour BehaviourOf(Schedule schedule, Submission submission)
    {
        var index = int.Parse(submission.Input["prompt"]!.GetValue<string>().Split(' ')[1], CultureInfo.InvariantCulture);
        return schedule.Jobs[index].Behaviours.ElementAtOrDefault(submission.Number - 1) ?? Misbehaviour.None;
    }

    private async Task<Outcome> RunAsync()
    {
        using var drained = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        var lives = LiveAsync(drained.Token);
        var (submitted, violations) = (Array.Empty<SubmittedJob>(), new List<Violation>());
        try
        {
            submitted = await SubmitAsync();
            await DrainAsync();
            await RetryAsync(submitted);
            await DrainAsync();
        }
        catch (OperationCanceledException)
        {
            violations.Add(new Violation(Invariant.OneEnd, $"not drained within {Patience.TotalSeconds} s"));
        }

        await drained.CancelAsync();
        await lives;
        violations.AddRange(await SettledAsync(submitted));
        return OutcomeOf(submitted, violations);
    }

    /// <summary>One process after another, each until it dies; the last server lives on.</summary>
    private async Task LiveAsync(CancellationToken drained)
    {
        try
        {
            foreach (var death in _schedule.Deaths)
            {
                _isUp = _server.IsAlive || await _server.TryStartAsync(death.Failpoints);
                await DieAsync(death, drained);
                _died++;
            }

            if (!_server.IsAlive)
            {
                await _server.StartAsync();
                _isUp = true;
            }
        }
        catch (OperationCanceledException) when (drained.IsCancellationRequested)
        {
            // A failpoint that is not on the way of these jobs is never reached.
        }
    }

    private async Task DieAsync(Death death, CancellationToken drained)
    {
        if (death.After is { } after)
        {
            await Task.Delay(after, TimeProvider.System, drained);
        }

        if (death.IsOfWorker)
        {
            _server.KillWorkers();
            return;
        }

        if (death.After is not null)
        {
            await _server.KillAsync();
        }

        await _server.Ended.WaitAsync(drained);
        _isUp = false;
        if (!_server.WasKilled)
        {
            throw new InvalidOperationException($"It ended by itself: {string.Join('\n', _server.Errors)}");
        }
    }

    private async Task<SubmittedJob[]> SubmitAsync()
    {
        var playing = new List<Task<SubmittedJob>>();
        foreach (var (index, job) in _schedule.Jobs.Index())
        {
            await Task.Delay(job.HandedInAfter, TimeProvider.System, _end.Token);
            playing.Add(_sender.PlayAsync(job, index));
        }

        return await Task.WhenAll(playing);
    }

    /// <summary>What failed, by its worker's error or since the server died in it again and again, is tried again: by then all is well.</summary>
    private async Task RetryAsync(SubmittedJob[] submitted)
    {
        foreach (var job in submitted.Where(job => StatusOf(job) == "FAILED"))
        {
            await _sender.RetryAsync(job);
        }
    }

    private string StatusOf(SubmittedJob job) => _server.Read<string>($"select status from jobs where job_id = '{job.Id:D}'");

    /// <summary>Until nothing is left to do.</summary>
    private async Task DrainAsync()
    {
        while (!_isUp || !IsDrained())
        {
            await Task.Delay(Pause, TimeProvider.System, _end.Token);
        }
    }

    private bool IsDrained() =>
        _provider.Till.All.All(charge => charge.End != ChargeEnd.Open || charge.Behaviour.VanishesUnnoticed)
        && _server.Read<long>("select count(*) from jobs where status in ('QUEUED', 'RUNNING') or phase is not null") == 0;

    /// <summary>It may have died in the very commit that ended the last job: what it would have done after that, its next start does.</summary>
    private async Task<IReadOnlyList<Violation>> SettledAsync(SubmittedJob[] submitted)
    {
        var look = () => new Aftermath(_server.Data, _provider.Till, submitted);
        var violations = await Invariants.SettledAsync(look, Settling);
        if (violations.Count > 0 && !_server.IsAlive)
        {
            await _server.StartAsync();
            violations = await Invariants.SettledAsync(look, Settling);
        }

        return [.. violations, .. submitted.Where(job => StatusOf(job) == "FAILED").Select(job => new Violation(Invariant.OneEnd, $"{job.Id:D} failed also when it was tried again"))];
    }

    private Outcome OutcomeOf(SubmittedJob[] submitted, List<Violation> violations)
    {
        var counted = submitted.Where((job, index) => job.CanceledAt is null && _schedule.Jobs[index] is { Chain: not Chain.Local } planned
            && !planned.Behaviours.Any(behaviour => behaviour.LosesTheWork)).ToList();
        var after = new Aftermath(_server.Data, _provider.Till, submitted);
        var charges = counted.Sum(job => PaidOnce.Times(after, $"{job.Id:D}"));
        var log = violations.Count == 0 ? "" : $"{string.Join('\n', _provider.Till.All)}\n{_server.Log()}";
        return new Outcome(_schedule, _died, counted.Count, charges, violations, default, log);
    }
}
