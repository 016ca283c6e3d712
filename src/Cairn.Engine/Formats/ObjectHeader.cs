using System.Buffers.Binary;

namespace Cairn.Engine.Formats;

/// <summary>What an object is: the number in its header and the word in its one-time key's purpose.</summary>
public enum ObjectType : byte
{
    Pack = 1,
    Index = 2,
    Ledger = 3,
    Snapshot = 4,
    Moves = 5,
    Retired = 6,
    HostRecord = 7,
    KeySlot = 8,
    Roster = 9,
    Epoch = 10,
}

/// <summary>The twelve bytes every object begins with (docs/format.md, section 6).</summary>
public static class ObjectHeader
{
    public const int MagicOffset = 0;
    public const int FormatOffset = MagicOffset + 5;
    public const int TypeOffset = FormatOffset + 1;
    public const int SuiteOffset = TypeOffset + 1;
    public const int DomainOffset = SuiteOffset + 1;
    public const int ReservedOffset = DomainOffset + 2;
    public const int Size = ReservedOffset + 2;

    public const byte FormatVersion = 1;
    public const byte Suite = 1;

    static ReadOnlySpan<byte> Magic => "CAIRN"u8;

    public static void Write(Span<byte> destination, ObjectType type, ushort domain)
    {
        Magic.CopyTo(destination);
        destination[FormatOffset] = FormatVersion;
        destination[TypeOffset] = (byte)type;
        destination[SuiteOffset] = Suite;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[DomainOffset..], domain);
        destination[ReservedOffset..Size].Clear();
    }

    /// <summary>Checks the header and returns the domain.</summary>
    public static ushort Read(ReadOnlySpan<byte> bytes, ObjectType expected)
    {
        if (bytes.Length < Size || !bytes.StartsWith(Magic))
            throw new FormatViolationException(FailureKind.Framing, "it does not begin as an object of Cairn");
        if (bytes[FormatOffset] > FormatVersion)
            throw new FormatViolationException(
                FailureKind.Unsupported, $"it has format {bytes[FormatOffset]}, which needs a newer version of Cairn");
        if (bytes[FormatOffset] != FormatVersion)
            throw new FormatViolationException(FailureKind.Framing, "its format number is 0");
        if (bytes[TypeOffset] != (byte)expected)
            throw new FormatViolationException(FailureKind.Framing,
                $"it is not of type {expected} but {bytes[TypeOffset]}");
        if (bytes[SuiteOffset] != Suite)
            throw new FormatViolationException(
                FailureKind.Unsupported, $"it uses suite {bytes[SuiteOffset]}, which needs a newer version of Cairn");
        if (bytes[ReservedOffset..Size].ContainsAnyExcept((byte)0))
            throw new FormatViolationException(FailureKind.Framing, "a reserved byte of its header is set");
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes[DomainOffset..]);
    }
}
