using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace VideoExpress.Tests.Storage.Crash;

internal enum DiskFile : byte
{
    Database,
    Log,
}

/// <summary>Is told what SQLite does to its files in this process, by the thread that does it.</summary>
internal interface IDiskObserver
{
    void Writing(DiskFile file, long offset, ReadOnlySpan<byte> bytes);

    void Truncating(DiskFile file, long size);

    void Syncing(DiskFile file);

    /// <summary>The sync has returned: whatever was written before it is on the disk.</summary>
    void Synced(DiskFile file);
}

/// <summary>
/// Puts an observer between SQLite and the system's files, for a whole process: each file that SQLite opens afterwards gets a method table
/// (<c>sqlite3_io_methods</c>) whose xWrite, xTruncate and xSync come by here first. Offsets are those of sqlite3.h on 64 bits; they are
/// part of SQLite's stable interface.
/// </summary>
internal static class SqliteFileHook
{
    private const int OpenOfVfs = 40;
    private const int WriteOfMethods = 24, TruncateOfMethods = 32, SyncOfMethods = 40, SizeOfMethods = 152;
    private const int OpensMainDatabase = 0x100, OpensLog = 0x80000, Ok = 0;

    private static readonly Lock Gate = new();
    private static readonly ConcurrentDictionary<(nint Methods, DiskFile File), nint> Tables = [];

    /// <summary>SQLite has pointers to them, which the garbage collector does not see.</summary>
    private static readonly ConcurrentBag<Delegate> Kept = [];

    private static IDiskObserver? _observer;

    private delegate int Open(nint vfs, nint name, nint file, int flags, nint outFlags);

    private delegate int Write(nint file, nint bytes, int count, long offset);

    private delegate int Truncate(nint file, long size);

    private delegate int Sync(nint file, int flags);

    /// <summary>Once in a process, before SQLite opens its first file.</summary>
    public static void Install(IDiskObserver observer)
    {
        SQLitePCL.Batteries_V2.Init();
        _observer = observer;
        var vfs = FindVfs(nint.Zero);
        var open = Marshal.GetDelegateForFunctionPointer<Open>(Marshal.ReadIntPtr(vfs, OpenOfVfs));
        Marshal.WriteIntPtr(vfs, OpenOfVfs, Pointer<Open>((vfs, name, file, flags, outFlags) =>
        {
            var result = open(vfs, name, file, flags, outFlags);
            if (result == Ok && (flags & (OpensMainDatabase | OpensLog)) != 0)
            {
                var methods = Marshal.ReadIntPtr(file);
                Marshal.WriteIntPtr(file, Hooked(methods, (flags & OpensLog) != 0 ? DiskFile.Log : DiskFile.Database));
            }

            return result;
        }));
    }

    private static nint Hooked(nint methods, DiskFile file)
    {
        lock (Gate)
        {
            return Tables.GetOrAdd((methods, file), _ => MakeTable(methods, file));
        }
    }

    private static nint MakeTable(nint methods, DiskFile file)
    {
        var table = Marshal.AllocHGlobal(SizeOfMethods);
        var copy = new byte[SizeOfMethods];
        Marshal.Copy(methods, copy, 0, copy.Length);
        Marshal.Copy(copy, 0, table, copy.Length);

        var write = Marshal.GetDelegateForFunctionPointer<Write>(Marshal.ReadIntPtr(methods, WriteOfMethods));
        Marshal.WriteIntPtr(table, WriteOfMethods, Pointer<Write>((handle, bytes, count, offset) =>
        {
            var written = new byte[count];
            Marshal.Copy(bytes, written, 0, count);
            _observer!.Writing(file, offset, written);
            return write(handle, bytes, count, offset);
        }));
        var truncate = Marshal.GetDelegateForFunctionPointer<Truncate>(Marshal.ReadIntPtr(methods, TruncateOfMethods));
        Marshal.WriteIntPtr(table, TruncateOfMethods, Pointer<Truncate>((handle, size) =>
        {
            _observer!.Truncating(file, size);
            return truncate(handle, size);
        }));
        var sync = Marshal.GetDelegateForFunctionPointer<Sync>(Marshal.ReadIntPtr(methods, SyncOfMethods));
        Marshal.WriteIntPtr(table, SyncOfMethods, Pointer<Sync>((handle, flags) =>
        {
            _observer!.Syncing(file);
            var result = sync(handle, flags);
            if (result == Ok)
            {
                _observer!.Synced(file);
            }

            return result;
        }));
        return table;
    }

    private static nint Pointer<T>(T method)
        where T : Delegate
    {
        Kept.Add(method);
        return Marshal.GetFunctionPointerForDelegate(method);
    }

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint FindVfs(nint name);
}
