namespace VideoExpress.Jobs;

/// <summary>Tells at once, in order and on the thread of the work: .NET's own Progress tells later, in any order.</summary>
internal sealed class DirectProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
