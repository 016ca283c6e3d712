using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Cairn.Engine.Primitives;
using Cairn.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Storage.Disks;

/// <summary>The real file system.</summary>
public sealed class PosixDisk : IDiskOperations
{
    const uint FileMode = 0x180; // 0600
    const uint DirectoryMode = 0x1c0; // 0700
    const int DirectoryBufferSize = 64 << 10;

    public static PosixDisk Instance { get; } = new();

    public IDiskFile CreateNew(string path)
    {
        var flags = Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.CloseOnExec;
        var handle = Open(path, flags, FileMode, "create");
        // The umask can only have taken rights from the owner; file systems without modes refuse, and need none.
        _ = Libc.ChangeMode(handle, FileMode);
        return new PosixFile(handle, path);
    }

    public IDiskFile OpenRead(string path) =>
        new PosixFile(Open(path, Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec, mode: 0, "open"), path);

    public void MakeDirectory(string path)
    {
        Check(Libc.MakeDirectory(path, DirectoryMode), "make directory", path);
        _ = Libc.ChangeMode(path, DirectoryMode);
    }

    public void SyncDirectory(string path)
    {
        using var handle = Open(path, Libc.ReadOnly | Libc.CloseOnExec, mode: 0, "open directory");
        PosixFile.Sync(handle, path);
    }

    public void RenameWithoutReplacing(string from, string to) =>
        Check(
            Libc.Rename(Libc.CurrentDirectory, from, Libc.CurrentDirectory, to, Libc.NoReplace), "rename to", to);

    public void Link(string from, string to) => Check(Libc.Link(from, to), "link to", to);

    public void Unlink(string path) => Check(Libc.Unlink(path), "unlink", path);

    public DiskFacts? Stat(string path)
    {
        if (Libc.Stat(Libc.CurrentDirectory, path, flags: 0, Libc.BasicFacts, out var facts) == 0)
            return PosixFile.ToFacts(facts);
        var code = (Errno)Marshal.GetLastPInvokeError();
        return code is Errno.NoEntry or Errno.NotDirectory ? null : throw new DiskException(code, "stat", path);
    }

    public void ReadDirectory(string path, Action<DiskName> visit)
    {
        using var handle = Open(path, Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec, mode: 0, "open directory");
        using var buffer = BufferPool.Shared.Rent(DirectoryBufferSize);
        while (FillNames(handle, buffer.Span, path) is var filled and > 0)
            VisitNames(buffer.Span[..filled], visit);
    }

    static unsafe int FillNames(SafeFileHandle handle, Span<byte> buffer, string path)
    {
        fixed (byte* start = buffer)
        {
            var filled = Libc.ReadDirectory(handle, start, buffer.Length);
            return filled >= 0
                ? (int)filled
                : throw new DiskException((Errno)Marshal.GetLastPInvokeError(), "read directory", path);
        }
    }

    static void VisitNames(ReadOnlySpan<byte> records, Action<DiskName> visit)
    {
        while (!records.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(records[Libc.DirectoryRecordLengthAt..]);
            var name = records[Libc.DirectoryNameAt..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                visit(new DiskName(Encoding.UTF8.GetString(name), KindOf(records[Libc.DirectoryTypeAt])));
            records = records[length..];
        }
    }

    static DiskKind KindOf(byte type) => type switch
    {
        Libc.TypeRegular => DiskKind.File,
        Libc.TypeDirectory => DiskKind.Directory,
        Libc.TypeUnknown or Libc.TypeSymlink => DiskKind.Unknown,
        _ => DiskKind.Other,
    };

    static SafeFileHandle Open(string path, int flags, uint mode, string operation)
    {
        while (true)
        {
            var handle = Libc.Open(path, flags, mode);
            if (!handle.IsInvalid)
                return handle;
            var code = (Errno)Marshal.GetLastPInvokeError();
            handle.Dispose();
            if (code != Errno.Interrupted)
                throw new DiskException(code, operation, path);
        }
    }

    static void Check(int result, string operation, string path)
    {
        if (result != 0)
            throw new DiskException((Errno)Marshal.GetLastPInvokeError(), operation, path);
    }
}
