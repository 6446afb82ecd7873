namespace VideoExpress.Jobs.Store.Folder;

/// <summary>Turns failures of the disk under a folder of ours into sentences for the operator.</summary>
internal static class DiskErrors
{
    /// <summary>What nearly all of our folders are in.</summary>
    public const string DataFolder = "the data folder";

    // ENOSPC and EDQUOT, which .NET passes on as the HResult, and Windows' ERROR_DISK_FULL.
    private static readonly int[] Full = [28, 122, unchecked((int)0x80070070)];

    /// <summary>Does what touches only our own files.</summary>
    /// <param name="act">What is done.</param>
    /// <param name="place">What the files lie in, for the message.</param>
    /// <exception cref="StoreException">The disk is full, fails, or may not be used.</exception>
    public static T Explained<T>(Func<T> act, string place = DataFolder)
    {
        try
        {
            return act();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error, place);
        }
    }

    /// <inheritdoc cref="Explained{T}"/>
    public static void Explained(Action act, string place = DataFolder) => Explained(
        () =>
        {
            act();
            return true;
        },
        place);

    /// <inheritdoc cref="Explained{T}"/>
    public static async Task<T> ExplainedAsync<T>(Func<Task<T>> act, string place = DataFolder)
    {
        try
        {
            return await act();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error, place);
        }
    }

    /// <summary>True when the disk is full, or its owner's quota used up.</summary>
    public static bool IsFull(IOException error) => Full.Contains(error.HResult);

    /// <summary>The failure in words for the operator.</summary>
    public static StoreException Explain(Exception error, string place = DataFolder) => error switch
    {
        UnauthorizedAccessException => new StoreException(
            $"This process may not read or write in {place}: mend the owner and the rights of the files in it.", false, error),
        IOException full when IsFull(full) => new StoreException(
            $"The disk under {place} is full, or its quota is used up: make room.", canHeal: true, error),
        _ => new StoreException(
            $"The disk under {place} failed to read or write a file; the log has the cause.", canHeal: true, error),
    };
}
