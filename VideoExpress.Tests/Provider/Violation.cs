namespace VideoExpress.Tests.Provider;

/// <summary>A promise that was broken.</summary>
internal sealed record Violation(Invariant Invariant, string What)
{
    public override string ToString() => $"{Invariant}: {What}";
}

/// <summary>What holds after any number of crashes, once everything is drained.</summary>
internal enum Invariant
{
    /// <summary>A job that was answered with 201 exists; a call that was repeated with its key has made one.</summary>
    Accepted,

    /// <summary>It reaches one terminal state, settles there, and leaves it by a retry alone.</summary>
    OneEnd,

    /// <summary>A GPU step is charged once; a further charge follows a loss of the work, with its reason in the ledger.</summary>
    Charges,

    /// <summary>The attempts are what the till says.</summary>
    Ledger,

    /// <summary>A result that was put into the store is published.</summary>
    LostResult,

    /// <summary>A SUCCEEDED job's files are there, with their length and hash.</summary>
    Outputs,

    /// <summary>Nothing is published twice.</summary>
    DuplicateOutput,

    /// <summary>Progress and revision never go back; events have no gap.</summary>
    Monotony,

    /// <summary>Nothing of a job is published after its cancel was answered, and its provider is told.</summary>
    Cancel,

    /// <summary>Nothing is left over: scratch files, objects of nobody, processes.</summary>
    Orphan,
}
