using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Google.Protobuf;

namespace Cairn.Engine.Repositories.Keys;

public enum KeySlotKind { Passphrase = 1, Recovery = 2, X25519 = 3, OpenPgp = 4 }

/// <summary>Sixteen random bytes that a slot keeps over epochs, in hex.</summary>
public readonly record struct KeySlotId(Bytes16 Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>One way to open the repository: epochs' seeds sealed to a public key (docs/format.md,
/// KeySlotRecord).</summary>
public sealed record KeySlot
{
    const int SealedSeedSize = KeyDerivation.KeySize + SealedBox.Overhead;
    const int LabelMax = 1024;

    public required KeySlotKind Kind { get; init; }
    public required KeySlotId Id { get; init; }
    public required string Label { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required SealingPublicKey Recipient { get; init; }

    /// <summary>For passphrases only.</summary>
    public PassphraseParameters? Passphrase { get; init; }

    /// <summary>For OpenPGP only: the recipient's secret as an OpenPGP message.</summary>
    public ReadOnlyMemory<byte> WrappedSecret { get; init; }

    /// <summary>Sealed seeds by epoch.</summary>
    public required IReadOnlyDictionary<uint, ReadOnlyMemory<byte>> Seals { get; init; }

    public byte[] Encode()
    {
        var record = new KeySlotRecord
        {
            Kind = (KeySlotRecord.Types.Kind)Kind,
            Slot = ByteString.CopyFrom(Id.Value.ToArray()),
            Label = Label,
            Created = Created.ToUnixTimeMilliseconds(),
            Recipient = ByteString.CopyFrom(Recipient.AsSpan()),
            WrappedSecret = ByteString.CopyFrom(WrappedSecret.Span),
        };
        if (Passphrase is { } passphrase)
        {
            var salt = new byte[PassphraseSalt.Size];
            passphrase.Salt.CopyTo(salt);
            record.Argon2Id = new Argon2id
            {
                Salt = ByteString.CopyFrom(salt), MemoryKib = (uint)passphrase.MemoryKiB,
                    Passes = (uint)passphrase.Passes,
            };
        }
        foreach (var (epoch, box) in Seals.OrderBy(seal => seal.Key))
            record.Seals.Add(new EpochSeal { Epoch = epoch, SealedSeed = ByteString.CopyFrom(box.Span) });
        return StrictRecord.Encode(record);
    }

    public static KeySlot Decode(ReadOnlySpan<byte> body)
    {
        var record = StrictRecord.Decode(body, KeySlotRecord.Parser, RequireKnownKind);
        StrictRecord.RequireLength(record.Slot, 16, "slot");
        StrictRecord.RequireLength(record.Recipient, SealingPublicKey.Size, "recipient");
        if (record.Label.Length > LabelMax || record.Seals.Count == 0)
            throw new FormatViolationException(FailureKind.Framing,
                "a key slot with too long a label, or without a seal");
        var kind = (KeySlotKind)record.Kind;
        if ((kind == KeySlotKind.OpenPgp) == record.WrappedSecret.IsEmpty)
            throw new FormatViolationException(FailureKind.Framing,
                "a wrapped secret that does not fit the slot's kind");
        return new KeySlot
        {
            Kind = kind,
            Id = new KeySlotId(new Bytes16(record.Slot.Span)),
            Label = record.Label,
            Created = TimeRange.FromRecord(record.Created),
            Recipient = new SealingPublicKey(record.Recipient.Span),
            Passphrase = DecodePassphrase(kind, record.Argon2Id),
            WrappedSecret = record.WrappedSecret.Memory,
            Seals = DecodeSeals(record),
        };
    }

    static void RequireKnownKind(KeySlotRecord record)
    {
        if (!Enum.IsDefined((KeySlotKind)record.Kind))
            throw new FormatViolationException(
                FailureKind.Unsupported, $"a key slot of kind {(int)record.Kind} needs a newer version of Cairn");
    }

    static PassphraseParameters? DecodePassphrase(KeySlotKind kind, Argon2id? parameters)
    {
        if ((kind == KeySlotKind.Passphrase) != (parameters is not null))
            throw new FormatViolationException(FailureKind.Framing,
                "parameters of Argon2id that do not fit the slot's kind");
        if (parameters is null)
            return null;
        StrictRecord.RequireLength(parameters.Salt, PassphraseSalt.Size, "salt");
        return PassphraseParameters.TryCreate(
            new PassphraseSalt(parameters.Salt.Span), parameters.MemoryKib, parameters.Passes,
            PassphraseParameters.Lanes)
            ?? throw new FormatViolationException(FailureKind.Framing, "parameters of Argon2id out of their bounds");
    }

    static Dictionary<uint, ReadOnlyMemory<byte>> DecodeSeals(KeySlotRecord record)
    {
        var seals = new Dictionary<uint, ReadOnlyMemory<byte>>();
        uint? last = null;
        foreach (var seal in record.Seals)
        {
            StrictRecord.RequireLength(seal.SealedSeed, SealedSeedSize, "sealed_seed");
            if (last >= seal.Epoch)
                throw new FormatViolationException(FailureKind.Framing, "seals that do not ascend");
            last = seal.Epoch;
            seals.Add(seal.Epoch, seal.SealedSeed.Memory);
        }
        return seals;
    }
}
