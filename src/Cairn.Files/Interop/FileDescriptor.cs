using Microsoft.Win32.SafeHandles;

namespace Cairn.Files.Interop;

/// <summary>
/// An open file or directory. Shared by counting: who keeps it beyond the owner's <see cref="IDisposable.Dispose"/>
/// calls <see cref="Share"/> before and <see cref="Release"/> after.
/// </summary>
sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    public FileDescriptor(int descriptor) : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The number; valid as long as the caller holds the handle or a share of it.</summary>
    public int Number => (int)handle;

    public FileDescriptor Share()
    {
        var added = false;
        DangerousAddRef(ref added);
        return this;
    }

    public void Release() => DangerousRelease();

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
