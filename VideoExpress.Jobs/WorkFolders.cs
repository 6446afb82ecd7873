using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs;

/// <summary>
/// Scratch space below the data folder, one folder a job. Everything in it can be made again; it goes when the job ends.
/// </summary>
internal sealed class WorkFolders(string root)
{
    /// <summary>A folder of the job for one purpose, made when it is not there.</summary>
    public string Get(Guid jobId, string purpose) => Directory.CreateDirectory(Path.Combine(root, jobId.ToString("D"), purpose)).FullName;

    /// <summary>Removes all of the job's scratch files; one that is in use stays until <see cref="Sweep(Func{IReadOnlySet{Guid}})"/>.</summary>
    public void Remove(Guid jobId) => TryDelete(Path.Combine(root, jobId.ToString("D")));

    /// <summary>Removes the folders of jobs for which nothing is left to do.</summary>
    /// <param name="inUse">Asked after the folders were listed, so that a job accepted meanwhile keeps its own.</param>
    public void Sweep(Func<IReadOnlySet<Guid>> inUse)
    {
        var found = Directory.Exists(root)
            ? Directory.EnumerateDirectories(root).Select(Path.GetFileName).Where(name => Guid.TryParse(name, out _)).Select(name => Guid.Parse(name!)).ToList()
            : [];
        if (found.Count > 0)
        {
            found.Except(inUse()).ToList().ForEach(Remove);
        }
    }

    /// <summary>
    /// Removes what runs of FFmpeg left in the middle when the process was killed: it may be a whole film's worth. Only for who owns the
    /// data folder, and before any step runs.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public int SweepRuns()
    {
        var left = Directory.Exists(root)
            ? Directory.EnumerateDirectories(root)
                .Where(job => Guid.TryParse(Path.GetFileName(job), out _))
                .SelectMany(Directory.EnumerateDirectories)
                .SelectMany(purpose => Directory.EnumerateDirectories(purpose, $"{WorkingFolder.Prefix}*"))
                .ToList()
            : [];
        return left.Count(TryDelete);
    }

    private static bool TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // nothing of value is in it
        }
    }
}
