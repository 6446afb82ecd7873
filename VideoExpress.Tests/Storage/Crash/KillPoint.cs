namespace VideoExpress.Tests.Storage.Crash;

/// <summary>
/// Kills this process, by SIGKILL, at the n-th operation on the files after it was armed: in the middle of a transaction, between its last
/// write and its sync, or between the sync and the answer.
/// </summary>
internal sealed class KillPoint : IDiskObserver
{
    private int _left = int.MaxValue;

    public void Arm(int operations) => Volatile.Write(ref _left, operations);

    public void Writing(DiskFile file, long offset, ReadOnlySpan<byte> bytes) => Count();

    public void Truncating(DiskFile file, long size) => Count();

    public void Syncing(DiskFile file) => Count();

    public void Synced(DiskFile file) => Count();

    private void Count()
    {
        if (Interlocked.Decrement(ref _left) <= 0)
        {
            Signals.KillThisProcess();
            Thread.CurrentThread.Join();
        }
    }
}
