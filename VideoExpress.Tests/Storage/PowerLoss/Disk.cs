using VideoExpress.Tests.Storage.Crash;

namespace VideoExpress.Tests.Storage.PowerLoss;

/// <summary>
/// The two files on a disk that has a cache: what was synced is on it; of what was written since, a power cut leaves any part, down to
/// single sectors, and garbage where a sector was being written.
/// </summary>
internal sealed class Disk(byte[] database)
{
    private readonly Platter[] _platters = [new Platter(database), new Platter([])];

    private readonly HashSet<string> _told = [];

    /// <summary>What calls have reported so far; all of it must outlive a power cut now.</summary>
    public IReadOnlySet<string> Told => _told;

    /// <summary>How much of the log is on the disk for sure.</summary>
    public long SyncedLogLength => _platters[(int)DiskFile.Log].SyncedTo;

    public void Apply(DiskEvent happened)
    {
        if (happened.Kind == DiskEventKind.Report)
        {
            _told.Add(happened.Text);
            return;
        }

        _platters[(int)happened.File].Apply(happened);
    }

    /// <summary>Both files as the process sees them.</summary>
    public byte[] Written(DiskFile file) => _platters[(int)file].After(_ => Fate.Kept, Random.Shared);

    /// <summary>After a power cut: only what was synced.</summary>
    public byte[] Synced(DiskFile file) => _platters[(int)file].After(_ => Fate.Lost, Random.Shared);

    /// <summary>After a power cut: what was synced, and of the rest what chance left of it.</summary>
    public byte[] CutBy(Random random, DiskFile file) => _platters[(int)file].After(_ => (Fate)random.Next(4), random);

    private enum Fate
    {
        Kept,
        Lost,
        SomeSectors,
        Garbage,
    }

    private sealed class Platter(byte[] content)
    {
        private const int Sector = 512;

        private readonly List<DiskEvent> _pending = [];
        private byte[] _synced = content;
        private int _syncing;

        /// <summary>The end of the furthest write that was synced since the file was last begun from its start.</summary>
        public long SyncedTo { get; private set; }

        public void Apply(DiskEvent happened)
        {
            switch (happened.Kind)
            {
                case DiskEventKind.SyncBegun:
                    _syncing = _pending.Count;
                    break;
                case DiskEventKind.SyncEnded:
                    foreach (var written in _pending[.._syncing])
                    {
                        _synced = Change(_synced, written, Fate.Kept, Random.Shared);
                        SyncedTo = written.Offset == 0 ? written.Bytes.Length : Math.Max(SyncedTo, written.Offset + written.Bytes.Length);
                    }

                    _pending.RemoveRange(0, _syncing);
                    break;
                default:
                    _pending.Add(happened);
                    break;
            }
        }

        public byte[] After(Func<DiskEvent, Fate> fateOf, Random random) =>
            _pending.Aggregate(_synced.ToArray(), (content, written) => Change(content, written, fateOf(written), random));

        private static byte[] Change(byte[] content, DiskEvent happened, Fate fate, Random random)
        {
            if (fate == Fate.Lost)
            {
                return content;
            }

            if (happened.Kind == DiskEventKind.Truncate)
            {
                return content[..(int)Math.Min(content.Length, happened.Offset)];
            }

            var end = (int)happened.Offset + happened.Bytes.Length;
            if (content.Length < end)
            {
                Array.Resize(ref content, end);
            }

            for (var at = (int)happened.Offset; at < end;)
            {
                // Sectors are whole; a write need not begin with one.
                var length = Math.Min(end - at, Sector - at % Sector);
                var part = content.AsSpan(at, length);
                if (fate == Fate.Kept || random.Next(2) == 0)
                {
                    happened.Bytes.AsSpan(at - (int)happened.Offset, length).CopyTo(part);
                }
                else if (fate == Fate.Garbage)
                {
                    random.NextBytes(part);
                }

                at += length;
            }

            return content;
        }
    }
}
