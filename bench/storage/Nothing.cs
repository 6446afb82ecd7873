namespace VideoExpress.Bench.Storage;

/// <summary>The job that does nothing.</summary>
public static class Nothing
{
    /// <summary>Returns at once.</summary>
    public static void Run()
    {
    }
}
