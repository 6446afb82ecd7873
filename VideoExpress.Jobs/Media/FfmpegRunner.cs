using System.Runtime.ExceptionServices;
using FFMpegCore;
using FFMpegCore.Exceptions;
using Microsoft.Extensions.Logging;

namespace VideoExpress.Jobs.Media;

/// <summary>
/// Runs ffmpeg: progress by packets, cancelled by killing at once, nothing left but the finished file. No ffmpeg outlives this
/// process, however it ends (see <see cref="FfmpegText.Render"/>).
/// </summary>
/// <param name="time">Clock of the time limits.</param>
/// <param name="logger">Gets the arguments (debug) and what ffmpeg said when it failed.</param>
public sealed partial class FfmpegRunner(TimeProvider time, ILogger<FfmpegRunner> logger)
{
    private const int LoggedLines = 20;

    /// <summary>
    /// Makes <see cref="FfmpegCommand.Output"/> in <paramref name="folder"/>, whole or not at all. When the inputs yielded no
    /// packet, which is no error to ffmpeg, there is no file.
    /// </summary>
    /// <param name="command">What to run.</param>
    /// <param name="folder">Working folder, in which all names of the command lie.</param>
    /// <param name="timeLimit">By the work expected.</param>
    /// <param name="onPackets">Told, often and from any thread, how many packets of the first stream are written.</param>
    /// <param name="cancellationToken">Kills ffmpeg; its unfinished file is deleted.</param>
    /// <exception cref="MediaException">ffmpeg failed, was killed, took too long, or is not installed.</exception>
    internal async Task<FfmpegOutcome> RunAsync(
        FfmpegCommand command, string folder, TimeSpan timeLimit, Action<long>? onPackets, CancellationToken cancellationToken)
    {
        var part = Path.Combine(folder, FfmpegText.Part(command.Output));
        using var limit = new CancellationTokenSource(timeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var outcome = await RunOnceAsync(command, folder, onPackets, either.Token);
            if (outcome.Packets > 0)
            {
                File.Move(part, Path.Combine(folder, command.Output), overwrite: true);
            }

            return outcome;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MediaException($"{command.Purpose} was not ready after {timeLimit.TotalMinutes:0} minutes.", canHeal: true, e);
        }
        catch (FFMpegException e) when (e is not FFMpegProcessException)
        {
            throw new MediaException("ffmpeg is not installed on this server. Install it, then retry the job.", innerException: e);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private async Task<FfmpegOutcome> RunOnceAsync(
        FfmpegCommand command, string folder, Action<long>? onPackets, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var packets = 0L;
        Exception? listenerFailed = null;
        var processor = FfmpegText.Render(command)
            .NotifyOnStandardOutput(line =>
            {
                if (line.StartsWith("0,", StringComparison.Ordinal))
                {
                    packets++;
                    Tell(packets);
                }
            })
            .CancellableThrough(out var kill, TimeSpan.Zero);
        LogRun(command.Purpose, processor.Arguments);

        using var killing = cancellationToken.Register(() =>
        {
            try
            {
                kill();
            }
            catch (IOException)
            {
                // It ended by itself a moment ago: the pipe for FFMpegCore's "q" is broken.
            }
        });

        // An exception in FFMpegCore's callback would end the process: it ends this run instead.
        void Tell(long count)
        {
            try
            {
                onPackets?.Invoke(count);
            }
            catch (Exception error)
            {
                listenerFailed ??= error;
            }
        }

        // A token of ours goes by way of "kill": one given to ProcessAsynchronously would wait five seconds for ffmpeg to finish the file.
        var result = await processor.ProcessAsynchronously(
            throwOnError: false, new FFOptions { WorkingDirectory = folder }, CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        if (listenerFailed is not null)
        {
            ExceptionDispatchInfo.Throw(listenerFailed);
        }

        if (result.Success)
        {
            return new FfmpegOutcome(packets, [.. result.StandardError.Where(l => !l.StartsWith("[Parsed_", StringComparison.Ordinal))]);
        }

        LogFailure(command.Purpose, result.ExitCode, string.Join('\n', result.StandardError.TakeLast(LoggedLines)));
        throw Failure(command, result);
    }

    private static MediaException Failure(FfmpegCommand command, FFMpegResult result)
    {
        const int Killed = 128 + 9;
        return result switch
        {
            { ExitCode: Killed } =>
                new MediaException($"{command.Purpose} could not be made: ffmpeg was killed, perhaps for want of memory.", canHeal: true),
            _ when result.StandardError.Any(l => l.Contains("No space left on device", StringComparison.Ordinal)) =>
                new MediaException($"{command.Purpose} could not be made: the server's disk is full.", canHeal: true),
            _ => new MediaException($"{command.Purpose} could not be made: {FfmpegText.UsefulLine(result.StandardError)}."),
        };
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "ffmpeg for {Purpose}: {Arguments}")]
    private partial void LogRun(string purpose, string arguments);

    [LoggerMessage(Level = LogLevel.Warning, Message = "ffmpeg for {Purpose} exited with {ExitCode}: {StandardError}")]
    private partial void LogFailure(string purpose, int exitCode, string standardError);
}

/// <summary>A successful run.</summary>
/// <param name="Packets">Packets written of the first stream: frames for a picture.</param>
/// <param name="Complaints">
/// What ffmpeg wrote to stderr: damage that it went on after. Without what filters say, such as missing fonts.
/// </param>
internal sealed record FfmpegOutcome(long Packets, IReadOnlyList<string> Complaints);
