using System.Runtime.InteropServices;

namespace Cairn.Storage.Disks;

/// <summary>A file system call failed. Stores turn it into their own error before it leaves them.</summary>
public sealed class DiskException(Errno code, string operation, string path)
    : IOException($"{operation} {path}: {Marshal.GetPInvokeErrorMessage((int)code)}")
{
    public Errno Code { get; } = code;

    /// <summary>What the system calls the error, for a person.</summary>
    public string Reason => Marshal.GetPInvokeErrorMessage((int)Code);
}
