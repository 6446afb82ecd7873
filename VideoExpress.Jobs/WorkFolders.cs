namespace VideoExpress.Jobs;

/// <summary>
/// Scratch space below the data folder, one folder a job. Everything in it can be made again; it goes when the job ends.
/// </summary>
internal sealed class WorkFolders(string root)
{
    /// <summary>A folder of the job for one purpose, made when it is not there.</summary>
    public string Get(Guid jobId, string purpose) => Directory.CreateDirectory(Path.Combine(root, jobId.ToString("D"), purpose)).FullName;

    /// <summary>Removes all of the job's scratch files; one that is in use stays until <see cref="Sweep(Func{IReadOnlySet{Guid}})"/>.</summary>
    public void Remove(Guid jobId)
    {
        try
        {
            Directory.Delete(Path.Combine(root, jobId.ToString("D")), recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing of value is in it.
        }
    }

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
}
