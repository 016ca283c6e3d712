using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// When which pack was last read and found good: a file of local state, so that all is read in turn and nothing too
/// often. Lost or damaged, everything counts as not read yet, which costs time (INV-7).
/// <code>
/// magic (8) · runs (u32) · packs (u32) · each run: time (i64) · each pack, ascending: name (32), known (i64),
/// verified (i64) · SHA-256 of the repository's id and all before (32); little-endian
/// </code>
/// </summary>
sealed class VerificationRecord
{
    public const string FileName = "verified-packs";
    public const int RunsKept = 4;

    const int HeaderBytes = 16;
    const int PackBytes = ObjectHash.Size + 2 * sizeof(long);

    static ReadOnlySpan<byte> Magic => "CRNvrf1\n"u8;

    /// <summary>Of the packs that were there when it was last written.</summary>
    public Dictionary<ObjectHash, PackTimes> Packs { get; private init; } = [];

    /// <summary>When scheduled runs were, ascending; the last few.</summary>
    public List<long> Runs { get; private init; } = [];

    /// <summary>Empty if there is none, or none that is whole.</summary>
    /// <param name="now">
    /// What is later was written by a clock that went wrong, and would keep a pack unread for years: not believed.
    /// </param>
    public static VerificationRecord Read(IStateFolder state, RepositoryId repository, long now)
    {
        using var file = state.TryOpen(FileName);
        if (file is null || file.Length > int.MaxValue)
            return new();
        try
        {
            var record = Decode(file.Slice(0, (int)file.Length), repository);
            record.Runs.RemoveAll(run => run > now);
            foreach (var (pack, times) in record.Packs)
                CollectionsMarshal.GetValueRefOrNullRef(record.Packs, pack) = new PackTimes(
                    Math.Min(times.Known, now), times.Verified > now ? PackTimes.Never : times.Verified);
            return record;
        }
        catch (FormatViolationException)
        {
            return new();
        }
    }

    public void AddRun(long time)
    {
        Runs.Add(time);
        if (Runs.Count > RunsKept)
            Runs.RemoveRange(0, Runs.Count - RunsKept);
    }

    /// <summary>Replaces the file, after taking up what another run has written meanwhile of the same packs.</summary>
    public void Write(IStateFolder state, RepositoryId repository, long now)
    {
        foreach (var (pack, times) in Read(state, repository, now).Packs)
        {
            ref var own = ref CollectionsMarshal.GetValueRefOrNullRef(Packs, pack);
            if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref own))
                own = own.With(times);
        }
        using var writer = state.Create(FileName);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(repository.AsSpan());
        void Put(ReadOnlySpan<byte> bytes)
        {
            writer.Write(bytes);
            hash.AppendData(bytes);
        }
        Encode(Put);
        writer.Write(hash.GetHashAndReset());
        writer.Commit();
    }

    void Encode(Action<ReadOnlySpan<byte>> put)
    {
        Span<byte> buffer = stackalloc byte[PackBytes];
        Magic.CopyTo(buffer);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[8..], Runs.Count);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[12..], Packs.Count);
        put(buffer[..HeaderBytes]);
        foreach (var run in Runs)
        {
            BinaryPrimitives.WriteInt64LittleEndian(buffer, run);
            put(buffer[..sizeof(long)]);
        }
        foreach (var (pack, times) in Packs.OrderBy(pair => pair.Key))
        {
            pack.CopyTo(buffer);
            BinaryPrimitives.WriteInt64LittleEndian(buffer[ObjectHash.Size..], times.Known);
            BinaryPrimitives.WriteInt64LittleEndian(buffer[(ObjectHash.Size + sizeof(long))..], times.Verified);
            put(buffer);
        }
    }

    /// <exception cref="FormatViolationException">It is not exactly what is written.</exception>
    internal static VerificationRecord Decode(ReadOnlySpan<byte> file, RepositoryId repository)
    {
        var runs = file.Length >= HeaderBytes ? BinaryPrimitives.ReadInt32LittleEndian(file[8..]) : -1;
        var packs = file.Length >= HeaderBytes ? BinaryPrimitives.ReadInt32LittleEndian(file[12..]) : -1;
        Require(runs is >= 0 and <= RunsKept && packs >= 0 && file.StartsWith(Magic)
            && file.Length == HeaderBytes + (long)runs * sizeof(long) + (long)packs * PackBytes
                + SHA256.HashSizeInBytes);
        var body = file[..^SHA256.HashSizeInBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(repository.AsSpan());
        hash.AppendData(body);
        Require(hash.GetHashAndReset().AsSpan().SequenceEqual(file[body.Length..]));
        var record = new VerificationRecord { Packs = new(packs), Runs = new(runs) };
        var rest = body[HeaderBytes..];
        for (; record.Runs.Count < runs; rest = rest[sizeof(long)..])
        {
            var run = BinaryPrimitives.ReadInt64LittleEndian(rest);
            Require(IsTime(run) && (record.Runs.Count == 0 || record.Runs[^1] <= run));
            record.Runs.Add(run);
        }
        var last = default(ObjectHash);
        for (; !rest.IsEmpty; rest = rest[PackBytes..])
        {
            var pack = new ObjectHash(rest[..ObjectHash.Size]);
            var times = new PackTimes(
                BinaryPrimitives.ReadInt64LittleEndian(rest[ObjectHash.Size..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest[(ObjectHash.Size + sizeof(long))..]));
            Require((record.Packs.Count == 0 || last.CompareTo(pack) < 0) && IsTime(times.Known)
                && (times.Verified == PackTimes.Never || IsTime(times.Verified)));
            record.Packs.Add(last = pack, times);
        }
        return record;
    }

    // Up to the year 9999.
    static bool IsTime(long seconds) => seconds is > 0 and < 253_402_300_800;

    static void Require(bool holds)
    {
        if (!holds)
            throw new FormatViolationException(FailureKind.Content, "it is no record of verified packs");
    }
}
