using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats;

/// <summary>The beginning of a pack: kind, salt and sealed keys (docs/format.md, section 7).</summary>
public sealed record PackHeader(ushort Domain, PackKind Kind, ReadOnlyMemory<byte> Salt,
    IReadOnlyList<SealedPackKey> Keys)
{
    public const int SaltSize = 32;
    public const int BoxSize = 80;
    public const int KeySize = 1 + 4 + BoxSize;
    const int KindOffset = ObjectHeader.Size;
    const int KeyCountOffset = KindOffset + 2;
    const int SaltOffset = KeyCountOffset + 2;

    /// <summary>Everything before the keys; also the associated data of the table.</summary>
    public const int FixedSize = SaltOffset + SaltSize;

    public static int SizeWithKeys(int keyCount) => FixedSize + keyCount * KeySize;

    public byte[] Encode()
    {
        var head = new byte[FixedSize];
        ObjectHeader.Write(head, ObjectType.Pack, Domain);
        head[KindOffset] = (byte)Kind;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(KeyCountOffset), (ushort)Keys.Count);
        Salt.Span.CopyTo(head.AsSpan(SaltOffset));
        var writer = new ByteWriter(SizeWithKeys(Keys.Count));
        writer.Bytes(head);
        foreach (var key in Keys)
            WriteKey(writer, key);
        return writer.ToArray();
    }

    public static PackHeader Decode(ReadOnlySpan<byte> pack)
    {
        var domain = ObjectHeader.Read(pack, ObjectType.Pack);
        var reader = new ByteReader(pack);
        reader.Bytes(KindOffset);
        var kind = ReadKind(reader.U8());
        if (reader.U8() != 0)
            throw new FormatViolationException(FailureKind.Framing, "a reserved byte of its header is set");
        var keys = new SealedPackKey[RequireKeyCount(reader.U16())];
        var salt = reader.Bytes(SaltSize).ToArray();
        for (var i = 0; i < keys.Length; i++)
            keys[i] = ReadKey(ref reader);
        return new PackHeader(domain, kind, salt, keys);
    }

    internal static PackKind ReadKind(byte kind) =>
        kind is (byte)PackKind.Data or (byte)PackKind.Manifest
            ? (PackKind)kind
            : throw new FormatViolationException(FailureKind.Framing, $"a pack of kind {kind}");

    internal static int RequireKeyCount(int count) =>
        count is > 0 and <= Limits.PackKeys
            ? count
            : throw new FormatViolationException(FailureKind.Framing, $"a pack with {count} keys");

    internal static void WriteKey(ByteWriter writer, SealedPackKey key)
    {
        Invariant.That(key.SealedBox.Length == BoxSize);
        writer.U8(key.Suite);
        writer.U32(key.Epoch);
        writer.Bytes(key.SealedBox.Span);
    }

    internal static SealedPackKey ReadKey(ref ByteReader reader)
    {
        var suite = reader.U8();
        if (suite != ObjectHeader.Suite)
            throw new FormatViolationException(
                FailureKind.Unsupported, $"a pack key of suite {suite} needs a newer version of Cairn");
        return new SealedPackKey(suite, reader.U32(), reader.Bytes(BoxSize).ToArray());
    }
}
