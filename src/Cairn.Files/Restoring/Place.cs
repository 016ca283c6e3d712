using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>Something open, or, of what cannot be opened, a name in an open directory.</summary>
readonly unsafe struct Place
{
    readonly int _descriptor;
    readonly byte* _name;

    Place(int descriptor, byte* name)
    {
        _descriptor = descriptor;
        _name = name;
    }

    public static Place At(int descriptor) => new(descriptor, null);

    public static Place At(int directory, byte* name) => new(directory, name);

    public int SetOwner(uint user, uint group) => _name == null
        ? Libc.SetOwner(_descriptor, user, group)
        : Libc.SetOwnerAt(_descriptor, _name, user, group);

    public long SetAttribute(byte* attribute, ReadOnlySpan<byte> value) => _name == null
        ? Libc.SetAttribute(_descriptor, attribute, value)
        : Libc.SetAttributeAt(_descriptor, _name, attribute, value);
}
