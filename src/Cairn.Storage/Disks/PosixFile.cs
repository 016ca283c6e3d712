using System.Buffers;
using System.Runtime.InteropServices;
using Cairn.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Storage.Disks;

sealed unsafe class PosixFile(SafeFileHandle handle, string path) : IDiskFile
{
    static readonly long SecondsMin = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    static readonly long SecondsMax = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        for (var first = 0; first < parts.Count; first += Libc.VectorsMax)
            WriteSome(parts, first, Math.Min(parts.Count - first, Libc.VectorsMax));
    }

    public void Sync() => Sync(handle, path);

    public int Read(Span<byte> destination, long offset)
    {
        var done = 0;
        fixed (byte* start = destination)
            while (done < destination.Length)
            {
                var read = Libc.ReadAt(handle, start + done, destination.Length - done, offset + done);
                if (read == 0)
                    break;
                if (read > 0)
                    done += (int)read;
                else
                    ThrowUnlessInterrupted("read", path);
            }
        return done;
    }

    public DiskFacts Stat() =>
        Libc.Stat(handle, "", Libc.OfHandle, Libc.BasicFacts, out var facts) == 0
            ? ToFacts(facts)
            : throw new DiskException((Errno)Marshal.GetLastPInvokeError(), "stat", path);

    public void Dispose() => handle.Dispose();

    internal static void Sync(SafeFileHandle handle, string path)
    {
        // Only an interrupted call is repeated: after any other error the kernel may have dropped the dirty pages, and
        // a second fsync would report success for data that is gone.
        while (Libc.Sync(handle) != 0)
            ThrowUnlessInterrupted("sync", path);
    }

    internal static DiskFacts ToFacts(in Libc.Facts facts)
    {
        var kind = (facts.Mode & Libc.TypeMask) switch
        {
            Libc.TypeBitsRegular => DiskKind.File,
            Libc.TypeBitsDirectory => DiskKind.Directory,
            _ => DiskKind.Other,
        };
        // A corrupt inode may hold any number of seconds.
        var seconds = Math.Clamp(facts.ModifiedSeconds, SecondsMin, SecondsMax);
        var modified = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(facts.ModifiedNanoseconds / 100);
        return new DiskFacts(kind, checked((long)facts.Size), modified, facts.OwnerId);
    }

    void WriteSome(IReadOnlyList<ReadOnlyMemory<byte>> parts, int first, int count)
    {
        var pins = new MemoryHandle[count];
        var vectors = new Libc.Vector[count];
        try
        {
            for (var i = 0; i < count; i++)
            {
                pins[i] = parts[first + i].Pin();
                vectors[i] = new Libc.Vector { Address = (nint)pins[i].Pointer, Length = parts[first + i].Length };
            }
            WriteAll(vectors);
        }
        finally
        {
            foreach (var pin in pins)
                pin.Dispose();
        }
    }

    void WriteAll(Span<Libc.Vector> vectors)
    {
        while (true)
        {
            while (!vectors.IsEmpty && vectors[0].Length == 0)
                vectors = vectors[1..];
            if (vectors.IsEmpty)
                return;
            nint written;
            fixed (Libc.Vector* start = vectors)
                written = Libc.WriteVector(handle, start, vectors.Length);
            if (written > 0)
                Advance(vectors, written);
            else
                ThrowUnlessInterrupted("write", path);
        }
    }

    static void Advance(Span<Libc.Vector> vectors, nint written)
    {
        foreach (ref var vector in vectors)
        {
            var taken = Math.Min(vector.Length, written);
            vector.Address += taken;
            vector.Length -= taken;
            written -= taken;
        }
    }

    static void ThrowUnlessInterrupted(string operation, string path)
    {
        var code = (Errno)Marshal.GetLastPInvokeError();
        if (code != Errno.Interrupted)
            throw new DiskException(code, operation, path);
    }
}
