namespace VideoExpress.Jobs.Store.Folder;

/// <summary>Turns failures of the disk under the local folder into sentences for the operator.</summary>
internal static class DiskErrors
{
    // ENOSPC and EDQUOT, which .NET passes on as the HResult, and Windows' ERROR_DISK_FULL.
    private static readonly int[] Full = [28, 122, unchecked((int)0x80070070)];

    /// <summary>Does what touches only our own files.</summary>
    /// <exception cref="StoreException">The disk is full, fails, or may not be used.</exception>
    public static T Explained<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error);
        }
    }

    /// <inheritdoc cref="Explained{T}"/>
    public static void Explained(Action act) => Explained(() =>
    {
        act();
        return true;
    });

    /// <inheritdoc cref="Explained{T}"/>
    public static async Task<T> ExplainedAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error);
        }
    }

    /// <summary>True when the disk is full, or its owner's quota used up.</summary>
    public static bool IsFull(IOException error) => Full.Contains(error.HResult);

    /// <summary>The failure in words for the operator.</summary>
    public static StoreException Explain(Exception error) => error switch
    {
        UnauthorizedAccessException => new StoreException(
            "This server may not read or write its own data folder: mend the owner and the rights of the files in it.", false, error),
        IOException full when IsFull(full) => new StoreException(
            "The disk under the data folder is full, or its quota is used up: make room.", canHeal: true, error),
        _ => new StoreException(
            "The disk under the data folder failed to read or write a file; the log has the cause.", canHeal: true, error),
    };
}
