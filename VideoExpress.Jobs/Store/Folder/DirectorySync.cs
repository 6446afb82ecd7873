using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace VideoExpress.Jobs.Store.Folder;

/// <summary>Makes names durable: on Unix a rename survives a power cut only once its directory is flushed as well.</summary>
internal static class DirectorySync
{
    private const int NoEntry = 2;

    /// <summary>
    /// Flushes a directory's entries to the disk. Nothing is to be done when it is gone, or on Windows, whose file systems log them.
    /// </summary>
    /// <exception cref="IOException">The directory cannot be opened or flushed.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // .NET refuses to open a directory as a file.
        using var handle = Open(Encoding.UTF8.GetBytes(directory + '\0'), flags: 0);
        if (!handle.IsInvalid)
        {
            RandomAccess.FlushToDisk(handle);
        }
        else if (Marshal.GetLastPInvokeError() is var error and not NoEntry)
        {
            throw new IOException("A directory cannot be opened.", new Win32Exception(error));
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern SafeFileHandle Open(byte[] path, int flags);
}
