using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Drill;

/// <summary>One drill of a source.</summary>
/// <param name="Time">Seconds since 1970.</param>
/// <param name="Length">Of its arc, which began where the one before ended.</param>
/// <param name="IsGood">All of the sample came back, and was what it should be.</param>
readonly record struct DrillMark(long Time, ulong Length, bool IsGood);

/// <summary>How far the drills of a source are.</summary>
sealed class DrilledSource
{
    /// <summary>Where the next arc begins.</summary>
    public ulong Next { get; set; }

    /// <summary>What drills before were to take, and a limit did not let them.</summary>
    public ulong Owed { get; set; }

    /// <summary>Ascending by time; the last ones.</summary>
    public List<DrillMark> Drills { get; } = [];
}

/// <summary>
/// Which parts of which source were restored when: a file of local state. Lost or damaged, drills begin on a new
/// circle, which costs time (INV-7).
/// <code>
/// magic (8) · key (32) · sources (u32) · each source, ascending: name (32), next (u64), owed (u64), drills (u32),
/// each drill: time (i64), length (u64), good (u8: 0 or 1) · SHA-256 of the repository's id and all before (32);
/// little-endian
/// </code>
/// </summary>
sealed class DrillRecord
{
    public const string FileName = "drills";
    public const int DrillsKept = 10_000;

    const int KeyBytes = 32;
    const int SourceBytes = 32 + 8 + 8 + 4;
    const int DrillBytes = 8 + 8 + 1;

    static ReadOnlySpan<byte> Magic => "CRNdrl1\n"u8;

    DrillRecord(byte[] key) => Key = key;

    public byte[] Key { get; }
    public SortedDictionary<Bytes32, DrilledSource> Sources { get; } = [];

    public static DrillRecord Begin(IRandomSource random)
    {
        var key = new byte[KeyBytes];
        random.Fill(key);
        return new DrillRecord(key);
    }

    /// <summary>A new one if there is none that is whole.</summary>
    /// <param name="now">What is later was written by a clock that went wrong, and is forgotten.</param>
    public static DrillRecord Read(IStateFolder state, RepositoryId repository, IRandomSource random, long now)
    {
        using var file = state.TryOpen(FileName);
        if (file is null || file.Length > int.MaxValue)
            return Begin(random);
        try
        {
            var record = Decode(file.Slice(0, (int)file.Length), repository);
            foreach (var source in record.Sources.Values)
                source.Drills.RemoveAll(drill => drill.Time > now);
            return record;
        }
        catch (FormatViolationException)
        {
            return Begin(random);
        }
    }

    public DrilledSource Of(Bytes32 source)
    {
        if (!Sources.TryGetValue(source, out var found))
            Sources.Add(source, found = new DrilledSource());
        return found;
    }

    public void Write(IStateFolder state, RepositoryId repository)
    {
        var body = Encode();
        using var writer = state.Create(FileName);
        writer.Write(body);
        writer.Write(ChecksumOf(body, repository));
        writer.Commit();
    }

    byte[] Encode()
    {
        var body = new byte[
            Magic.Length + KeyBytes + sizeof(uint)
            + Sources.Values.Sum(source => SourceBytes + source.Drills.Count * DrillBytes)];
        Magic.CopyTo(body);
        Key.CopyTo(body, Magic.Length);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(Magic.Length + KeyBytes), Sources.Count);
        var rest = body.AsSpan(Magic.Length + KeyBytes + sizeof(uint));
        foreach (var (name, source) in Sources)
        {
            name.AsSpan().CopyTo(rest);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[32..], source.Next);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[40..], source.Owed);
            BinaryPrimitives.WriteInt32LittleEndian(rest[48..], source.Drills.Count);
            rest = rest[SourceBytes..];
            foreach (var drill in source.Drills)
            {
                BinaryPrimitives.WriteInt64LittleEndian(rest, drill.Time);
                BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], drill.Length);
                rest[16] = drill.IsGood ? (byte)1 : (byte)0;
                rest = rest[DrillBytes..];
            }
        }
        Invariant.That(rest.IsEmpty);
        return body;
    }

    /// <exception cref="FormatViolationException">It is not exactly what is written.</exception>
    internal static DrillRecord Decode(ReadOnlySpan<byte> file, RepositoryId repository)
    {
        const int header = 8 + KeyBytes + sizeof(uint);
        Require(file.Length >= header + SHA256.HashSizeInBytes && file.StartsWith(Magic));
        var body = file[..^SHA256.HashSizeInBytes];
        Require(ChecksumOf(body, repository).AsSpan().SequenceEqual(file[body.Length..]));
        var record = new DrillRecord(body.Slice(Magic.Length, KeyBytes).ToArray());
        var count = BinaryPrimitives.ReadInt32LittleEndian(body[(header - sizeof(uint))..]);
        var rest = body[header..];
        var last = default(Bytes32);
        for (var i = 0; i < count; i++)
        {
            Require(rest.Length >= SourceBytes);
            var name = new Bytes32(rest[..32]);
            Require(i == 0 || last.CompareTo(name) < 0);
            record.Sources.Add(last = name, DecodeSource(ref rest));
        }
        Require(rest.IsEmpty && count == record.Sources.Count);
        return record;
    }

    static DrilledSource DecodeSource(ref ReadOnlySpan<byte> rest)
    {
        var source = new DrilledSource
        {
            Next = BinaryPrimitives.ReadUInt64LittleEndian(rest[32..]),
            Owed = BinaryPrimitives.ReadUInt64LittleEndian(rest[40..]),
        };
        var drills = BinaryPrimitives.ReadInt32LittleEndian(rest[48..]);
        rest = rest[SourceBytes..];
        Require(drills is >= 0 and <= DrillsKept && rest.Length >= drills * DrillBytes);
        for (; source.Drills.Count < drills; rest = rest[DrillBytes..])
        {
            var drill = new DrillMark(
                BinaryPrimitives.ReadInt64LittleEndian(rest), BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]),
                rest[16] == 1);
            Require(rest[16] <= 1 && drill.Time is > 0 and < 253_402_300_800
                && (source.Drills.Count == 0 || source.Drills[^1].Time <= drill.Time));
            source.Drills.Add(drill);
        }
        return source;
    }

    static byte[] ChecksumOf(ReadOnlySpan<byte> body, RepositoryId repository)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(repository.AsSpan());
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    static void Require(bool holds)
    {
        if (!holds)
            throw new FormatViolationException(FailureKind.Content, "it is no record of drills");
    }
}
