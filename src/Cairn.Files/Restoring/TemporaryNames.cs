using System.Security.Cryptography;
using System.Text;

namespace Cairn.Files.Restoring;

/// <summary>
/// Names under which files are written before they are moved into place. The same for the same file every time, so a
/// restore that goes on with one that was killed takes its remains away. A snapshot may have such a name too (of
/// remains that were backed up): those are known, and left alone. Any thread.
/// </summary>
sealed unsafe class TemporaryNames
{
    const int HashChars = 16;
    static readonly byte[] Prefix = ".cairn-restore-"u8.ToArray();

    readonly Lock _lock = new();
    readonly HashSet<byte[]> _restored = new(new PathComparer());
    volatile bool _hasAny;

    public static bool IsOne(ReadOnlySpan<byte> name) =>
        name.Length == Prefix.Length + HashChars && name.StartsWith(Prefix);

    /// <summary>An entry that has such a name is about to be restored, or is there already.</summary>
    public void Keep(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        if (!IsOne(name))
            return;
        lock (_lock)
            _restored.Add(path.ToArray());
        _hasAny = true;
    }

    /// <param name="attempt">Another name for each.</param>
    /// <param name="text">Gets the name, with NUL at its end.</param>
    /// <returns>Whether an entry of the snapshot has this name.</returns>
    public bool Make(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, int attempt, byte* text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        hash[0] += (byte)attempt;
        var room = new Span<byte>(text, Prefix.Length + HashChars + 1);
        Prefix.CopyTo(room);
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash[..(HashChars / 2)]), room[Prefix.Length..]);
        room[^1] = 0;
        if (!_hasAny)
            return false;
        lock (_lock)
            return _restored.Contains([.. path[..^name.Length], .. room[..^1]]);
    }
}
