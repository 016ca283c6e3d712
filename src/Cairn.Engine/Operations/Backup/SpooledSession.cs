using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// A finished backup that lies in a spool: what its ledger and its snapshot are to say (docs/design/spool.md). Neither
/// is made before the push, for the ledger is a link of the host's chain and an announcement, and the snapshot is
/// signed over it. Encrypted for this host alone: names stand in it, and in the store only the restore key reads them.
/// </summary>
sealed record SpooledSession(Ledger Ledger, SnapshotInfo Info)
{
    const string KeyLabel = "spool";
    const int SaltSize = KeyDerivation.ObjectSaltSize;

    static ReadOnlySpan<byte> Magic => "CRNspl1\n"u8;

    public Ulid Id => Ledger.Session;

    public ObjectKey Key(ReadOnlySpan<byte> stored) =>
        ObjectNames.Dated(SpoolNames.Sessions, Id, ObjectWriter.HashOf(stored));

    public byte[] Seal(Repository repository)
    {
        var text = Encode();
        var stored = new byte[Magic.Length + SaltSize + text.Length + Aead.TagSize];
        Magic.CopyTo(stored);
        repository.Environment.Random.Fill(stored.AsSpan(Magic.Length, SaltSize));
        using var aead = CreateAead(repository, stored);
        aead.Encrypt(
            0, AssociatedData(repository, stored), text, stored.AsSpan(Magic.Length + SaltSize));
        return stored;
    }

    /// <summary>Strictly: what cannot be read was not written by this host, or not like this.</summary>
    public static SpooledSession Open(Repository repository, ReadOnlyMemory<byte> stored)
    {
        if (!stored.Span.StartsWith(Magic) || stored.Length < Magic.Length + SaltSize + Aead.TagSize)
            throw new FormatViolationException(FailureKind.Framing, "it is no session of a spool");
        var text = new byte[stored.Length - Magic.Length - SaltSize - Aead.TagSize];
        using (var aead = CreateAead(repository, stored.Span))
        {
            if (!aead.TryDecrypt(
                0, AssociatedData(repository, stored.Span), stored.Span[(Magic.Length + SaltSize)..], text))
                throw new FormatViolationException(FailureKind.Authentication, "its authentication tag is wrong");
        }
        return Decode(text);
    }

    /// <summary>Below the seal: the bodies of the two objects, each behind its length.</summary>
    internal byte[] Encode()
    {
        var text = new ByteWriter();
        foreach (var part in (byte[][])[LedgerCodec.Encode(Ledger), SnapshotCodec.Encode(Info)])
        {
            text.U32((uint)part.Length);
            text.Bytes(part);
        }
        return text.ToArray();
    }

    internal static SpooledSession Decode(ReadOnlyMemory<byte> text)
    {
        var reader = new ByteReader(text.Span);
        var ledger = LedgerCodec.Decode(Part(text, ref reader));
        var info = SnapshotCodec.Decode(name: default, Part(text, ref reader).Span);
        reader.RequireEnd();
        return new SpooledSession(ledger, info);
    }

    static ReadOnlyMemory<byte> Part(ReadOnlyMemory<byte> text, ref ByteReader reader)
    {
        var length = reader.U32();
        if (length > reader.Remaining)
            throw new FormatViolationException(FailureKind.Framing, "a part runs over its end");
        var start = reader.Position;
        reader.Bytes((int)length);
        return text.Slice(start, (int)length);
    }

    static Aead CreateAead(Repository repository, ReadOnlySpan<byte> stored)
    {
        using var own = repository.RequireHost().Signer.DeriveKey(KeyLabel);
        Span<byte> key = stackalloc byte[Aead.KeySize];
        KeyDerivation.ForObject(own, stored.Slice(Magic.Length, SaltSize), KeyLabel, key);
        var aead = new Aead(key);
        key.Clear();
        return aead;
    }

    static byte[] AssociatedData(Repository repository, ReadOnlySpan<byte> stored) =>
        [.. repository.Id.AsSpan(), .. stored[..(Magic.Length + SaltSize)]];
}
