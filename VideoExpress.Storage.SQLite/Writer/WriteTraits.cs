namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>What a write asks of the writer.</summary>
[Flags]
internal enum WriteTraits
{
    /// <summary>Durable when it returns; any thread may run it.</summary>
    None = 0,

    /// <summary>
    /// A power cut that takes it back only has work repeated that is repeated after a crash anyway, so it need not wait for the disk. The
    /// crash of the process never takes it back.
    /// </summary>
    Repeatable = 1,

    /// <summary>It calls the application's code, which may rely on its thread: locks it holds, its culture, its context.</summary>
    OwnThread = 2,

    /// <summary>It shares its transaction with nobody.</summary>
    Alone = 4,
}
