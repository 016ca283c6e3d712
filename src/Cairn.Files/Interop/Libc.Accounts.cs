using System.Runtime.InteropServices;
using System.Text;

namespace Cairn.Files.Interop;

static unsafe partial class Libc
{
    const int AccountBufferMax = 1 << 20;

    public static string? UserName(uint user) => Lookup((record, buffer, length, found) =>
        getpwuid_r(user, (Passwd*)record, buffer, length, (Passwd**)found), out _, out var name) ? name : null;

    public static string? GroupName(uint group) => Lookup((record, buffer, length, found) =>
        getgrgid_r(group, (Passwd*)record, buffer, length, (Passwd**)found), out _, out var name) ? name : null;

    public static uint? UserId(string name) => LookupName(name, (text, record, buffer, length, found) =>
        getpwnam_r((byte*)text, (Passwd*)record, (byte*)buffer, length, (Passwd**)found));

    public static uint? GroupId(string name) => LookupName(name, (text, record, buffer, length, found) =>
        getgrnam_r((byte*)text, (Passwd*)record, (byte*)buffer, length, (Passwd**)found));

    public static uint EffectiveUser() => geteuid();

    static uint? LookupName(string name, Func<nint, nint, nint, nuint, nint, int> call)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            var pointer = (nint)text;
            return Lookup((r, b, l, f) => call(pointer, r, (nint)b, l, f), out var id, out _) ? id : null;
        }
    }

    delegate int AccountCall(nint record, byte* buffer, nuint length, nint found);

    static bool Lookup(AccountCall call, out uint id, out string name)
    {
        for (var size = 4096; size <= AccountBufferMax; size *= 4)
        {
            var buffer = new byte[size];
            Passwd record;
            Passwd* found = null;
            fixed (byte* start = buffer)
            {
                var error = call((nint)(&record), start, (nuint)size, (nint)(&found));
                if (error == Errno.OutOfRange)
                    continue;
                id = error == 0 && found != null ? record.Id : 0;
                name = error == 0 && found != null ? Decode(record.Name) : "";
                return name.Length > 0;
            }
        }
        (id, name) = (0, "");
        return false;
    }

    // A name that is not UTF-8 cannot stand in a manifest, so such an account is known by its number only.
    static string Decode(byte* name)
    {
        var bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : "";
    }

    /// <summary>What <c>struct passwd</c> and <c>struct group</c> begin with alike; the rest is left alone.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    struct Passwd
    {
        public byte* Name;
        public byte* Password;
        public uint Id;
    }

    [LibraryImport(Library)]
    private static partial int getpwuid_r(uint user, Passwd* record, byte* buffer, nuint length, Passwd** found);

    [LibraryImport(Library)]
    private static partial int getgrgid_r(uint group, Passwd* record, byte* buffer, nuint length, Passwd** found);

    [LibraryImport(Library)]
    private static partial int getpwnam_r(byte* name, Passwd* record, byte* buffer, nuint length, Passwd** found);

    [LibraryImport(Library)]
    private static partial int getgrnam_r(byte* name, Passwd* record, byte* buffer, nuint length, Passwd** found);

    [LibraryImport(Library)]
    private static partial uint geteuid();
}
