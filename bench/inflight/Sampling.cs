namespace VideoExpress.Bench.Inflight;

/// <summary>Looks at the server once a second, until it is disposed, and asks it what people ask.</summary>
internal sealed class Sampling : IAsyncDisposable
{
    private readonly ServerProcess _server;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _sampling;
    private readonly List<TimeSpan> _answers = [];

    public Sampling(ServerProcess server)
    {
        _server = server;
        _sampling = SampleAsync();
    }

    /// <summary>The most threads it was seen to have.</summary>
    public int MostThreads { get; private set; }

    /// <summary>The slowest answer but one in a hundred, of /health and the newest jobs.</summary>
    public TimeSpan SlowAnswer => _answers.Order().ElementAt(_answers.Count * 99 / 100);

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _sampling;
        _done.Dispose();
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        while (!_done.IsCancellationRequested)
        {
            MostThreads = Math.Max(MostThreads, _server.Threads);
            _answers.Add(await _server.AskAsync("/health"));
            _answers.Add(await _server.AskAsync("/jobs?limit=50"));
            try
            {
                await timer.WaitForNextTickAsync(_done.Token);
            }
            catch (OperationCanceledException)
            {
                // Enough was seen.
            }
        }
    }
}
