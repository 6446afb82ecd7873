using System.Text;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>Makes films of local clips: probes them, plans, runs ffmpeg, checks what came out.</summary>
/// <param name="probe">Finds out what is in the clips and in the film.</param>
/// <param name="runner">Runs ffmpeg.</param>
/// <param name="posters">Takes the poster.</param>
public sealed class Stitcher(MediaProbe probe, FfmpegRunner runner, PosterMaker posters)
{
    private const string SubtitlesName = "film.srt";
    private const string PosterName = "poster.jpg";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Makes a film.</summary>
    /// <param name="request">What to make.</param>
    /// <param name="workingDirectory">
    /// A folder of the caller's; the results are put there, and scratch files in a folder below that is gone afterwards. Needs
    /// room for twice the film.
    /// </param>
    /// <param name="progress">Told numbers from 0 to 1 that never fall, from any thread.</param>
    /// <param name="cancellationToken">Kills ffmpeg at once; nothing stays behind.</param>
    /// <exception cref="StitchException">The film cannot be made as asked; the message names the clip or caption.</exception>
    /// <exception cref="MediaException">A clip cannot be read, or ffmpeg failed.</exception>
    public async Task<StitchResult> RunAsync(
        StitchRequest request, string workingDirectory, IProgress<double> progress, CancellationToken cancellationToken)
    {
        using var folder = WorkingFolder.Create(workingDirectory);
        var plan = await PlanAsync(request, folder, cancellationToken);
        var warnings = await RenderAsync(plan, folder, new StitchProgress(progress), cancellationToken);
        var facts = await CheckAsync(plan, folder, cancellationToken);

        await posters.TakeAsync(folder, FfmpegArguments.FilmName, facts, folder.File(PosterName), cancellationToken);
        await File.WriteAllTextAsync(folder.File(SubtitlesName), SrtDocument.Write(plan.Captions, plan.Rate), Utf8, cancellationToken);
        string Publish(string name)
        {
            var path = Path.Combine(Path.GetFullPath(workingDirectory), name);
            File.Move(folder.File(name), path, overwrite: true);
            return path;
        }

        var result = new StitchResult(
            Publish(FfmpegArguments.FilmName), Publish(SubtitlesName), Publish(PosterName), facts, [.. plan.Warnings, .. warnings]);
        progress.Report(1);
        return result;
    }

    private async Task<StitchPlan> PlanAsync(StitchRequest request, WorkingFolder folder, CancellationToken cancellationToken)
    {
        if (request.Clips.Count > StitchPlanner.MaxClips)
        {
            return StitchPlanner.Plan(request, [], null); // says so, before anything is probed
        }

        var files = request.Clips.Select(c => (c.Path, c.Label)).ToList();
        if (request.VoiceOverPath is { } voice)
        {
            files.Add((voice, "the voice-over"));
        }

        var facts = new MediaFacts[files.Count];
        await Parallel.ForAsync(0, files.Count, cancellationToken, async (i, token) =>
        {
            var link = folder.Link(files[i].Path, StitchPlanner.SourceName(request, i));
            facts[i] = await probe.ProbeAsync(link, files[i].Label, token);
        });
        return StitchPlanner.Plan(request, facts[..request.Clips.Count], request.VoiceOverPath is null ? null : facts[^1]);
    }

    /// <summary>Picture and sound at the same time: x264 leaves the second core idle now and then, the sound needs one.</summary>
    private async Task<IReadOnlyList<string>> RenderAsync(
        StitchPlan plan, WorkingFolder folder, StitchProgress progress, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(folder.File(FfmpegArguments.ListName), ConcatList.Write(plan), Utf8, cancellationToken);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var picture = StopOthers(PictureAsync(plan, folder, progress, failed.Token), failed);
        var sound = StopOthers(SoundAsync(plan, folder, progress, failed.Token), failed);
        await Task.WhenAll(picture, sound); // throws the failure, not the other's cancellation

        await runner.RunAsync(FfmpegArguments.Film(plan), folder.FullPath, StitchWork.FilmLimit(plan), null, cancellationToken);
        return [.. await picture, .. await sound];
    }

    private static async Task<T> StopOthers<T>(Task<T> work, CancellationTokenSource others)
    {
        try
        {
            return await work;
        }
        catch
        {
            await others.CancelAsync();
            throw;
        }
    }

    private async Task<IReadOnlyList<string>> PictureAsync(
        StitchPlan plan, WorkingFolder folder, StitchProgress progress, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        for (var i = 0; i < plan.Spans.Count; i++)
        {
            var span = plan.Spans[i];
            var captions = plan.CaptionsOver(span);
            if (captions.Count > 0)
            {
                var ass = AssDocument.Write(captions, plan.Rate, plan.Width, plan.Height);
                await File.WriteAllTextAsync(folder.File(FfmpegArguments.CaptionsName(i)), ass, Utf8, cancellationToken);
            }

            var made = await runner.RunAsync(
                FfmpegArguments.Span(plan, i),
                folder.FullPath,
                StitchWork.SpanLimit(plan, span),
                frames => progress.Report("picture", StitchWork.PictureShare * (span.OutFirst + frames) / plan.Frames),
                cancellationToken);
            if (SpanCheck(plan.Sources[span.Source].Label, span, made) is { } warning)
            {
                warnings.Add(warning);
            }
        }

        return warnings;
    }

    /// <summary>Exit code 0 means little: ffmpeg goes on after damage, and past the end of a file that is cut off.</summary>
    private static string? SpanCheck(string label, VideoSpan span, FfmpegOutcome made)
    {
        if (made.Packets != span.Frames || made.Complaints.Any(c => c.Contains("ended prematurely", StringComparison.Ordinal)))
        {
            throw new StitchException($"{label} is cut off or damaged: its file ends before the video does. Upload or export it again.");
        }

        return made.Complaints.Count == 0
            ? null
            : $"{label} is damaged in places; some of its pictures may look broken ({FfmpegText.UsefulLine(made.Complaints)}).";
    }

    private async Task<IReadOnlyList<string>> SoundAsync(
        StitchPlan plan, WorkingFolder folder, StitchProgress progress, CancellationToken cancellationToken)
    {
        var packets = (double)StitchWork.SoundPackets(plan);
        var outcome = await runner.RunAsync(
            FfmpegArguments.Sound(plan),
            folder.FullPath,
            StitchWork.FilmLimit(plan),
            made => progress.Report("sound", StitchWork.SoundShare * Math.Min(1, made / packets)),
            cancellationToken);
        return outcome.Complaints.Count == 0
            ? []
            : [$"The sound of a clip is damaged in places and may be missing there ({FfmpegText.UsefulLine(outcome.Complaints)})."];
    }

    /// <summary>ffmpeg's word is not enough: a seek past the end and a damaged index are no errors to it.</summary>
    private async Task<MediaFacts> CheckAsync(StitchPlan plan, WorkingFolder folder, CancellationToken cancellationToken)
    {
        var facts = await probe.ProbeAsync(folder.File(FfmpegArguments.FilmName), "the film", cancellationToken);
        return facts is { Video: { } video, Audio: not null }
            && (video.Frames, video.Width, video.Height) == (plan.Frames, plan.Width, plan.Height)
            ? facts
            : throw new StitchException($"The film came out with {facts.Video?.Frames ?? 0} of {plan.Frames} pictures.");
    }
}
