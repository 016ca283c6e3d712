using System.Runtime.InteropServices;

namespace Cairn.Files.Interop;

static unsafe partial class Libc
{
    const int SeekData = 3;
    const int SeekHole = 4;

    public static long Read(int descriptor, Span<byte> destination, long offset)
    {
        fixed (byte* start = destination)
        {
            long result;
            do
                result = Result(pread(descriptor, start, (nuint)destination.Length, offset));
            while (result == -Errno.Interrupted);
            return result;
        }
    }

    /// <summary>Writes all of it at the descriptor's position; 0, or the error as a negative number.</summary>
    public static long WriteAll(int descriptor, ReadOnlySpan<byte> content)
    {
        fixed (byte* start = content)
        {
            for (nint done = 0; done < content.Length;)
            {
                var result = Result((long)write(descriptor, start + done, (nuint)(content.Length - done)));
                if (result < 0 && result != -Errno.Interrupted)
                    return result;
                done += (nint)Math.Max(result, 0);
            }
        }
        return 0;
    }

    /// <summary>Writes all of it at an offset; 0, or the error as a negative number.</summary>
    public static long WriteAll(int descriptor, ReadOnlySpan<byte> content, long offset)
    {
        fixed (byte* start = content)
        {
            for (nint done = 0; done < content.Length;)
            {
                var result = Result(pwrite(descriptor, start + done, (nuint)(content.Length - done), offset + done));
                if (result < 0 && result != -Errno.Interrupted)
                    return result;
                done += (nint)Math.Max(result, 0);
            }
        }
        return 0;
    }

    /// <summary>Where the next data begins; -NoDeviceAddress if only a hole follows.</summary>
    public static long FindData(int descriptor, long offset) => Result(lseek(descriptor, offset, SeekData));

    public static long FindHole(int descriptor, long offset) => Result(lseek(descriptor, offset, SeekHole));

    public static int SetLength(int descriptor, long length)
    {
        int result;
        do
            result = Result(ftruncate(descriptor, length));
        while (result == -Errno.Interrupted);
        return result;
    }

    [LibraryImport(Library)]
    private static partial long pread(int descriptor, byte* destination, nuint length, long offset);

    [LibraryImport(Library)]
    private static partial nint write(int descriptor, byte* content, nuint length);

    [LibraryImport(Library)]
    private static partial long pwrite(int descriptor, byte* content, nuint length, long offset);

    [LibraryImport(Library)]
    private static partial long lseek(int descriptor, long offset, int whence);

    [LibraryImport(Library)]
    private static partial int ftruncate(int descriptor, long length);
}
