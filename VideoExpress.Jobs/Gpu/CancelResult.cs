namespace VideoExpress.Jobs.Gpu;

/// <summary>The provider's answer to a cancel.</summary>
public enum CancelResult
{
    /// <summary>The request is cancelled.</summary>
    Acknowledged,

    /// <summary>The request was over before; look at its status.</summary>
    AlreadyOver,

    /// <summary>The provider does not know the id; look at its status.</summary>
    UnknownId,
}
