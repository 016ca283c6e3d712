using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Copy;

/// <summary>
/// By what a copy is known again: its ULID has the time of the copy, and where others are random, a keyed hash of what
/// it is a copy of. So a listing of names tells what was copied already, and nobody needs a key that reads for it; who
/// has no index key sees nothing but randomness.
/// </summary>
readonly record struct CopyMark(Bytes16 Value)
{
    const int RandomBytes = 10;

    public const int Size = RandomBytes;

    public CopyMark(ReadOnlySpan<byte> bytes) : this(Read(bytes)) { }

    public static CopyMark Of(Repository target, RepositoryId origin, ObjectHash snapshot) => new(
        HMACSHA256.HashData(
            target.Shared.Index.AsSpan(), [.. "cairn/1 copy"u8, .. origin.AsSpan(), .. snapshot.AsSpan()])
            .AsSpan(0, RandomBytes));

    public static CopyMark Of(SnapshotName name)
    {
        Span<byte> bytes = stackalloc byte[Ulid.Size];
        name.Ulid.CopyTo(bytes);
        return new CopyMark(bytes[^RandomBytes..]);
    }

    /// <summary>Of the snapshot that its host committed, however often it was copied since.</summary>
    public static CopyMark Of(Repository target, Repository source, SnapshotInfo snapshot) =>
        snapshot.Origin is { } first
            ? Of(target, first.Repository, first.Snapshot)
            : Of(target, source.Id, snapshot.Name.Hash);

    /// <summary>A name for a copy that is made now.</summary>
    public Ulid ToUlid(TimeProvider time)
    {
        Span<byte> bytes = stackalloc byte[Ulid.Size];
        Value.CopyTo(bytes);
        Span<byte> now = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(now, time.GetUtcNow().ToUnixTimeMilliseconds() << 16);
        now[..(Ulid.Size - RandomBytes)].CopyTo(bytes);
        return new Ulid(bytes);
    }

    public void CopyTo(Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[Ulid.Size];
        Value.CopyTo(bytes);
        bytes[^RandomBytes..].CopyTo(destination);
    }

    static Bytes16 Read(ReadOnlySpan<byte> bytes)
    {
        Invariant.That(bytes.Length == RandomBytes);
        Span<byte> wide = stackalloc byte[Ulid.Size];
        wide.Clear();
        bytes.CopyTo(wide[^RandomBytes..]);
        return new Bytes16(wide);
    }
}
