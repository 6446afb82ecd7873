namespace VideoExpress.Jobs.Data;

/// <summary>Ids as the database keeps them: lower-case, with hyphens.</summary>
internal static class Ids
{
    public static string Text(this Guid id) => id.ToString("D");

    public static Guid New(TimeProvider time) => Guid.CreateVersion7(time.GetUtcNow());
}
