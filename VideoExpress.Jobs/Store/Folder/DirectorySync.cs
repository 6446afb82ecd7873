using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace VideoExpress.Jobs.Store.Folder;

/// <summary>Makes names durable: on Unix a rename survives a power cut only once its directory is flushed as well.</summary>
internal static class DirectorySync
{
    /// <summary>Flushes a directory's entries to the disk; nothing to do on Windows, whose file systems log them.</summary>
    /// <exception cref="IOException">The directory cannot be opened or flushed.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // .NET refuses to open a directory as a file.
        using var handle = Open(Encoding.UTF8.GetBytes(directory + '\0'), flags: 0);
        if (handle.IsInvalid)
        {
            throw new IOException("A directory cannot be opened.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }

        RandomAccess.FlushToDisk(handle);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern SafeFileHandle Open(byte[] path, int flags);
}
