using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Cairn.Files.Walking;

/// <summary>
/// Names of one directory, in native memory that the next directory uses again: 16 bytes and the name each, so a
/// directory of a million files takes some 40 MB for as long as it is walked. Names end with NUL, ready for the kernel.
/// </summary>
sealed unsafe class NameList : IDisposable
{
    const int ArenaKept = 1 << 20;
    const int CountKept = 1 << 14;

    byte* _arena;
    nuint _arenaCapacity, _arenaUsed;
    ulong[] _keys = new ulong[64];
    NameReference[] _names = new NameReference[64];

    public int Count { get; private set; }

    public byte* Pointer(int index) => _arena + _names[index].Offset;

    public ReadOnlySpan<byte> Name(int index) => new(_arena + _names[index].Offset, (int)_names[index].Length);

    public void Add(ReadOnlySpan<byte> name)
    {
        if (_arenaUsed + (nuint)name.Length + 1 > _arenaCapacity)
        {
            _arenaCapacity = Math.Max(_arenaCapacity * 2, 1 << 16);
            _arena = (byte*)NativeMemory.Realloc(_arena, _arenaCapacity);
        }
        if (Count == _names.Length)
        {
            Array.Resize(ref _names, Count * 2);
            Array.Resize(ref _keys, Count * 2);
        }
        _names[Count++] = new NameReference(_arenaUsed, (nuint)name.Length);
        name.CopyTo(new Span<byte>(_arena + _arenaUsed, name.Length));
        _arena[_arenaUsed + (nuint)name.Length] = 0;
        _arenaUsed += (nuint)name.Length + 1;
    }

    /// <summary>Forgets all names, and what an unusually large directory took.</summary>
    public void Clear()
    {
        Count = 0;
        _arenaUsed = 0;
        if (_arenaCapacity > ArenaKept)
        {
            NativeMemory.Free(_arena);
            _arena = null;
            _arenaCapacity = 0;
        }
        if (_names.Length > CountKept)
            (_names, _keys) = (new NameReference[64], new ulong[64]);
    }

    /// <summary>Sorts by unsigned bytes and drops repetitions (a changing directory may have some).</summary>
    public void Sort()
    {
        Sort(0, Count, depth: 0);
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (kept == 0 || !Name(kept - 1).SequenceEqual(Name(i)))
                _names[kept++] = _names[i];
        }
        Count = kept;
    }

    // Eight bytes at a time as a big-endian number, then stretches of equal ones by their next eight. Names hold no
    // NUL, so padding the last bytes with zeros puts a name before its continuations.
    void Sort(int start, int end, int depth)
    {
        for (var i = start; i < end; i++)
            _keys[i] = Key(Name(i), depth);
        _keys.AsSpan(start, end - start).Sort(_names.AsSpan(start, end - start));
        for (var i = start; i < end;)
        {
            var next = i + 1;
            while (next < end && _keys[next] == _keys[i])
                next++;
            if (next - i > 1 && (byte)_keys[i] != 0)
                Sort(i, next, depth + sizeof(ulong));
            i = next;
        }
    }

    static ulong Key(ReadOnlySpan<byte> name, int depth)
    {
        if (name.Length >= depth + sizeof(ulong))
            return BinaryPrimitives.ReadUInt64BigEndian(name[depth..]);
        ulong key = 0;
        for (var i = depth; i < depth + sizeof(ulong); i++)
            key = key << 8 | (i < name.Length ? name[i] : (byte)0);
        return key;
    }

    public void Dispose()
    {
        NativeMemory.Free(_arena);
        _arena = null;
        _arenaCapacity = 0;
        Count = 0;
    }

    readonly record struct NameReference(nuint Offset, nuint Length);
}
