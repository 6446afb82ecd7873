using System.Globalization;
using System.Net;

namespace VideoExpress.Jobs.Fetch;

/// <summary>
/// Fetches files from URLs given by users: http and https only, from public addresses only, within limits of size and time,
/// each redirect under the same rules. Thread-safe; one for the whole program.
/// </summary>
public sealed class UrlFetcher : IDisposable
{
    private const int MaxRedirects = 5;
    private const int BufferBytes = 1 << 17;

    private readonly FetchSettings _settings;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    /// <summary>Makes a fetcher.</summary>
    /// <param name="settings">Limits.</param>
    /// <param name="time">Clock of the time limit.</param>
    public UrlFetcher(FetchSettings settings, TimeProvider time)
        : this(settings, time, FetchNetwork.Real)
    {
    }

    internal UrlFetcher(FetchSettings settings, TimeProvider time, FetchNetwork network)
    {
        (_settings, _time) = (settings, time);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = new GuardedConnector(settings.AllowPrivateAddresses, network, time).ConnectAsync,
            AllowAutoRedirect = false,
            UseProxy = false, // a proxy would connect for us, to addresses that nobody has checked
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // ours counts the body too
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("VideoExpress/1.0");
        _http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    /// <summary>Fetches one file; it appears whole or not at all.</summary>
    /// <param name="url">http or https, without credentials.</param>
    /// <param name="destinationPath">Where to put it; its folder exists. What is there is replaced.</param>
    /// <param name="cancellationToken">Ends the transfer; nothing stays behind.</param>
    /// <exception cref="FetchException">
    /// It could not be fetched. Can heal: unknown names, refused or broken connections, time-outs, 408, 429 (with Retry-After) and
    /// 5xx. Cannot: other answers, private addresses, files beyond the limit.
    /// </exception>
    public async Task<FetchedFile> FetchAsync(Uri url, string destinationPath, CancellationToken cancellationToken)
    {
        UrlRules.Check(url);
        using var limit = new CancellationTokenSource(_settings.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var part = $"{destinationPath}.{Path.GetRandomFileName()}.part";
        try
        {
            using var response = await FollowAsync(url, either.Token);
            var bytes = await SaveAsync(response, part, either.Token);
            File.Move(part, destinationPath, overwrite: true);
            return new FetchedFile(destinationPath, bytes);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FetchException($"{url.IdnHost} did not deliver the file within {Words(_settings.Timeout)}.", canHeal: true, e);
        }
        catch (IOException e)
        {
            throw new FetchException("The server cannot store the file: its disk is full or not writable.", canHeal: true, e);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> FollowAsync(Uri url, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            var response = await GetAsync(url, cancellationToken);
            if (FetchAnswers.Redirect(response) is not { } location)
            {
                return response;
            }

            response.Dispose();
            url = new Uri(url, location);
            UrlRules.Check(url);
        }

        throw new FetchException($"{url.IdnHost} redirects too often. Give the address of the file itself.");
    }

    private async Task<HttpResponseMessage> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK || FetchAnswers.Redirect(response) is not null)
            {
                return response;
            }

            using (response)
            {
                throw FetchAnswers.Refusal(url.IdnHost, response, _time);
            }
        }
        catch (HttpRequestException e)
        {
            throw e.InnerException as FetchException ?? FetchAnswers.Broken(url.IdnHost, e);
        }
    }

    private async Task<long> SaveAsync(HttpResponseMessage response, string path, CancellationToken cancellationToken)
    {
        var host = response.RequestMessage!.RequestUri!.IdnHost;
        var limit = (_settings.MaxBytes / 1e6).ToString("0.#", CultureInfo.InvariantCulture);
        var tooLarge = new FetchException($"The file at {host} is larger than the {limit} MB that this server fetches.");
        if (response.Content.Headers.ContentLength > _settings.MaxBytes)
        {
            throw tooLarge;
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        var buffer = new byte[BufferBytes];
        var total = 0L;
        while (await ReadAsync(body, buffer, host, cancellationToken) is var read and > 0)
        {
            total += read;
            if (total > _settings.MaxBytes)
            {
                throw tooLarge;
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return total;
    }

    private static async Task<int> ReadAsync(Stream body, byte[] buffer, string host, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException e)
        {
            throw FetchAnswers.Broken(host, e);
        }
    }

    private static string Words(TimeSpan time) =>
        time >= TimeSpan.FromMinutes(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} minutes")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} seconds");
}
