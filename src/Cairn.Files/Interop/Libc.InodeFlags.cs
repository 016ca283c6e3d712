using System.Runtime.InteropServices;

namespace Cairn.Files.Interop;

static unsafe partial class Libc
{
    // _IOR('f', 1, long) and _IOW('f', 2, long), though the kernel reads and writes an int.
    static readonly nuint GetFlagsRequest = FlagsRequest(read: true, number: 1);
    static readonly nuint SetFlagsRequest = FlagsRequest(read: false, number: 2);

    public static int GetInodeFlags(int descriptor, out uint flags)
    {
        uint value = 0;
        var result = Result(ioctl(descriptor, GetFlagsRequest, &value));
        flags = value;
        return result;
    }

    public static int SetInodeFlags(int descriptor, uint flags) =>
        Result(ioctl(descriptor, SetFlagsRequest, &flags));

    static nuint FlagsRequest(bool read, uint number)
    {
        // POWER has the two the other way round.
        var isPower = RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le;
        var direction = read != isPower ? 0x80000000u : 0x40000000u;
        return direction | (uint)sizeof(nint) << 16 | (uint)'f' << 8 | number;
    }

    [LibraryImport(Library)]
    private static partial int ioctl(int descriptor, nuint request, uint* argument);
}
