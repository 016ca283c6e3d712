using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Formats;

/// <summary>The names of objects (docs/format.md, section 5), both ways.</summary>
public static class ObjectNames
{
    public const string Packs = "packs/";
    public const string Index = "index/";
    public const string Ledgers = "ledgers/";
    public const string Snapshots = "snapshots/";
    public const string Moves = "moves/";
    public const string Retired = "retired/";
    public const string Hosts = "hosts/";
    public const string Keys = "keys/";
    public const string Epochs = "epochs/";

    public static readonly ObjectKey Descriptor = new("cairn.json");

    public static readonly IReadOnlyList<string> Prefixes =
        [Epochs, Hosts, Index, Keys, Ledgers, Moves, Packs, Retired, Snapshots];

    const int HashDigits = 2 * ObjectHash.Size;
    const int SignerDigits = 2 * SignerId.Size;

    public static ObjectKey Pack(ObjectHash name)
    {
        var digits = name.ToString();
        return new ObjectKey($"{Packs}{digits[..2]}/{digits}");
    }

    /// <summary>For <c>index/</c>, <c>moves/</c>, <c>retired/</c>, <c>hosts/</c>, <c>keys/</c> and
    /// <c>epochs/</c>.</summary>
    public static ObjectKey Dated(string prefix, Ulid ulid, ObjectHash hash) => new($"{prefix}{ulid}-{hash}");

    public static ObjectKey Ledger(SignerId host, Ulid ulid, ObjectHash hash) => new($"{Ledgers}{host}/{ulid}-{hash}");

    public static ObjectKey Snapshot(SignerId host, Ulid ulid, ObjectHash ledger, ObjectHash hash) =>
        new($"{Snapshots}{host}/{ulid}-{ledger}-{hash}");

    public static bool TryParsePack(ObjectKey key, out ObjectHash name)
    {
        name = default;
        var text = key.Value.AsSpan();
        return text.StartsWith(Packs) && text.Length == Packs.Length + 3 + HashDigits && text[Packs.Length + 2] == '/'
            && TryParseHash(text[(Packs.Length + 3)..], out name)
            && text.Slice(Packs.Length, 2).SequenceEqual(text.Slice(Packs.Length + 3, 2));
    }

    public static bool TryParseDated(string prefix, ObjectKey key, out DatedName name)
    {
        name = default;
        var text = key.Value.AsSpan();
        return text.StartsWith(prefix) && TryParseDated(text[prefix.Length..], out name);
    }

    public static bool TryParseLedger(ObjectKey key, out SignerId host, out DatedName name)
    {
        name = default;
        return TryParseHost(key.Value.AsSpan(), Ledgers, out host, out var rest) && TryParseDated(rest, out name);
    }

    public static bool TryParseSnapshot(ObjectKey key, out SnapshotName name)
    {
        name = default;
        if (!TryParseHost(key.Value.AsSpan(), Snapshots, out var host, out var rest)
            || rest.Length != Ulid.TextLength + 1 + HashDigits + 1 + HashDigits
            || rest[^(HashDigits + 1)] != '-'
            || !TryParseDated(rest[..^(HashDigits + 1)], out var ledger)
            || !TryParseHash(rest[^HashDigits..], out var hash))
            return false;
        name = new SnapshotName(host, ledger.Ulid, ledger.Hash, hash);
        return true;
    }

    /// <summary>The hash that an object's bytes must have, by its name. Only the descriptor has none.</summary>
    public static bool TryParseContentHash(ObjectKey key, out ObjectHash hash)
    {
        hash = default;
        if (TryParsePack(key, out hash))
            return true;
        if (TryParseSnapshot(key, out var snapshot))
        {
            hash = snapshot.Hash;
            return true;
        }
        var isDated = TryParseLedger(key, out _, out var name)
            || Prefixes.Any(prefix => prefix is not (Packs or Ledgers or Snapshots)
                && TryParseDated(prefix, key, out name));
        hash = name.Hash;
        return isDated;
    }

    static bool TryParseHost(
        ReadOnlySpan<char> text, string prefix, out SignerId host, out ReadOnlySpan<char> rest)
    {
        host = default;
        rest = default;
        if (!text.StartsWith(prefix) || text.Length <= prefix.Length + SignerDigits
            || text[prefix.Length + SignerDigits] != '/')
            return false;
        Span<byte> bytes = stackalloc byte[SignerId.Size];
        if (!TryParseHex(text.Slice(prefix.Length, SignerDigits), bytes))
            return false;
        host = new SignerId(bytes);
        rest = text[(prefix.Length + SignerDigits + 1)..];
        return true;
    }

    static bool TryParseDated(ReadOnlySpan<char> text, out DatedName name)
    {
        name = default;
        if (text.Length != Ulid.TextLength + 1 + HashDigits || text[Ulid.TextLength] != '-'
            || !Ulid.TryParse(text[..Ulid.TextLength], out var ulid)
            || !TryParseHash(text[(Ulid.TextLength + 1)..], out var hash))
            return false;
        name = new DatedName(ulid, hash);
        return true;
    }

    static bool TryParseHash(ReadOnlySpan<char> text, out ObjectHash hash)
    {
        Span<byte> bytes = stackalloc byte[ObjectHash.Size];
        hash = default;
        if (text.Length != HashDigits || !TryParseHex(text, bytes))
            return false;
        hash = new ObjectHash(bytes);
        return true;
    }

    static bool TryParseHex(ReadOnlySpan<char> text, Span<byte> bytes) =>
        !text.ContainsAnyInRange('A', 'F')
        && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
}

/// <summary>ULID and hash: the name of an object behind its prefix.</summary>
public readonly record struct DatedName(Ulid Ulid, ObjectHash Hash) : IComparable<DatedName>
{
    public int CompareTo(DatedName other) =>
        Ulid.CompareTo(other.Ulid) is var byUlid && byUlid != 0 ? byUlid : Hash.CompareTo(other.Hash);
}

public readonly record struct SnapshotName(SignerId Host, Ulid Ulid, ObjectHash Ledger, ObjectHash Hash)
{
    public ObjectKey Key => ObjectNames.Snapshot(Host, Ulid, Ledger, Hash);
}
