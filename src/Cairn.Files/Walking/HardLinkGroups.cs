using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>
/// Numbers for files with several names. The same on every run while the sources are the same, so that unchanged
/// manifests stay equal, hence no counter; and exact, because two files in one group would be restored as one:
/// device and inode side by side where they fit, else (inodes beyond 48 bits) 64 bits of a hash.
/// </summary>
sealed class HardLinkGroups
{
    const int InodeBits = 48;

    // Device numbers change from boot to boot; the order in which a walk meets the devices rarely does.
    readonly Dictionary<ulong, ulong> _devices = [];

    public ulong Of(in Statx stat)
    {
        if (stat.LinkCount < 2 || stat.IsDirectory)
            return 0;
        if (!_devices.TryGetValue(stat.Device, out var device))
            _devices.Add(stat.Device, device = (ulong)_devices.Count);
        var fits = stat.Inode >> InodeBits == 0 && device >> (64 - InodeBits) == 0;
        var group = fits ? device << InodeBits | stat.Inode : Hash(device, stat.Inode);
        return group != 0 ? group : Hash(device, stat.Inode);
    }

    static ulong Hash(ulong device, ulong inode)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, device);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], inode);
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(bytes));
    }
}
