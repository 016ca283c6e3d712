using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Keys;
using Google.Protobuf;
using static Cairn.Vectors.Scenario;

namespace Cairn.Vectors.Scenarios;

/// <summary>Sections 6.1 and 14: rosters and key slots. The roster stands for the plain envelope.</summary>
static class KeyObjectScenarios
{
    public static IEnumerable<Vector> All() => [.. Slots(), .. Rosters(), .. Envelopes(), .. Unlocking()];

    static PassphraseParameters Cheap() => PassphraseParameters.TryCreate(
        new PassphraseSalt(Kit.HashOf("salt").AsSpan(0, 16)), 8 << 10, 1, 1)!;

    static KeySlot Slot(string scenario, KeySlotKind kind, SealingPublicKey recipient) => KeyStore.CreateSlot(
        kind, kind.ToString(), recipient, kind == KeySlotKind.Passphrase ? Cheap() : null,
        new Dictionary<uint, SecretKey> { [0] = Kit.Seed }, new Kit(scenario + " slot").Environment);

    static Vector Valid(string name, KeySlot slot) => Dated(
        $"key-slot/{name}", ObjectType.KeySlot, Success, "14-slots 6-plain 5-keys", "A valid slot.",
        kit => new(kit, ObjectType.KeySlot, slot.Encode()) { Signer = Kit.Admin }, Show.Slot(slot));

    static Vector SlotCase(string name, string expect, string rules, string comment, Action<KeySlotRecord> change)
    {
        var record = KeySlotRecord.Parser.ParseFrom(
            Slot(name, KeySlotKind.Passphrase, Kit.Keys.RestorePublic).Encode());
        change(record);
        return Dated(
            $"key-slot/{name}", ObjectType.KeySlot, expect, rules, comment,
            kit => new(kit, ObjectType.KeySlot, record.ToByteArray()) { Signer = Kit.Admin });
    }

    static IEnumerable<Vector> Slots() =>
    [
        Valid("passphrase", Slot("p", KeySlotKind.Passphrase, Kit.Keys.RestorePublic)),
        Valid("recovery", Slot("r", KeySlotKind.Recovery, Kit.Keys.RestorePublic)),
        Valid("x25519", Slot("x", KeySlotKind.X25519, Kit.Keys.RestorePublic)),
        Valid("openpgp", Slot("o", KeySlotKind.OpenPgp, Kit.Keys.RestorePublic) with
        {
            WrappedSecret = new byte[] { 1, 2, 3 },
        }),
        SlotCase("kind-unknown", Unsupported, "16-unsupported", "A kind of a newer Cairn.",
            r => r.Kind = (KeySlotRecord.Types.Kind)5),
        SlotCase("slot-id-too-short", Framing, "14-lengths", "15 bytes.",
            r => r.Slot = ByteString.CopyFrom(new byte[15])),
        SlotCase("recipient-too-long", Framing, "14-lengths", "33 bytes.",
            r => r.Recipient = ByteString.CopyFrom(new byte[33])),
        SlotCase("seal-too-short", Framing, "14-lengths", "79 bytes.",
            r => r.Seals[0].SealedSeed = ByteString.CopyFrom(new byte[79])),
        SlotCase("seals-descend", Framing, "14-lists", "Epoch 0 behind epoch 1.",
            r => r.Seals.Insert(0, new EpochSeal(r.Seals[0]) { Epoch = 1 })),
        SlotCase("seals-repeat", Framing, "14-lists", "Two seals of epoch 0.", r => r.Seals.Add(r.Seals[0].Clone())),
        SlotCase("no-seal", Framing, "14-slots", "It opens nothing.", r => r.Seals.Clear()),
        SlotCase("passphrase-without-parameters", Framing, "14-slots", "Nothing says how to derive the key.",
            r => r.Argon2Id = null),
        SlotCase("parameters-too-costly", Framing, "14-slots", "2^31 KiB of memory.",
            r => r.Argon2Id.MemoryKib = 1u << 31),
        SlotCase("parameters-too-cheap", Framing, "14-slots", "1 KiB of memory.", r => r.Argon2Id.MemoryKib = 1),
        SlotCase("salt-too-short", Framing, "14-lengths", "15 bytes.",
            r => r.Argon2Id.Salt = ByteString.CopyFrom(new byte[15])),
        SlotCase("wrapped-secret-of-a-passphrase", Framing, "14-slots", "Only OpenPGP slots have one.",
            r => r.WrappedSecret = ByteString.CopyFrom(new byte[1])),
    ];

    static Roster Model() => new()
    {
        Sequence = 2, Previous = Kit.Some("former roster"), Created = Kit.Now, Slots = Kit.SomeAscending(2),
        Epochs = Kit.SomeAscending(1, "epoch"),
    };

    static Vector RosterCase(string name, string expect, string rules, string comment, Action<RosterRecord> change)
    {
        var record = RosterRecord.Parser.ParseFrom(Model().Encode());
        change(record);
        return Dated(
            $"roster/{name}", ObjectType.Roster, expect, rules, comment,
            kit => new(kit, ObjectType.Roster, record.ToByteArray()) { Signer = Kit.Admin },
            expect == Success ? Show.Roster(Roster.Decode(record.ToByteArray())) : "");
    }

    static IEnumerable<Vector> Rosters() =>
    [
        RosterCase("second", Success, "14-records 6-plain", "A roster of two slots.", _ => { }),
        RosterCase("first", Success, "14-records", "The first roster.",
            r => (r.Sequence, r.Previous) = (1, ByteString.Empty)),
        RosterCase("slots-descend", Framing, "14-lists", "The slots in the wrong order.",
            r => (r.Slots[0], r.Slots[1]) = (r.Slots[1], r.Slots[0])),
        RosterCase("no-slots", Framing, "14-records", "Nothing would open the repository.", r => r.Slots.Clear()),
        RosterCase("slot-too-short", Framing, "14-lengths", "31 bytes.",
            r => r.Slots[0] = ByteString.CopyFrom(new byte[31])),
        RosterCase("epoch-too-short", Framing, "14-lengths", "31 bytes.",
            r => r.Epochs[0] = ByteString.CopyFrom(new byte[31])),
        RosterCase("outside-of-its-chain", Framing, "14-chain", "The second roster names no former one.",
            r => r.Previous = ByteString.Empty),
    ];

    static Vector Envelope(
        string name, string expect, string rules, string comment, Func<EnvelopeMaker, EnvelopeMaker> change,
        Func<byte[], byte[]>? after = null) => Dated(
            $"plain/{name}", ObjectType.Roster, expect, rules, comment,
            kit => change(new EnvelopeMaker(kit, ObjectType.Roster, Model().Encode()) { Signer = Kit.Admin }),
            after: after);

    static IEnumerable<Vector> Envelopes() =>
    [
        Envelope("format-newer", Unsupported, "6-format", "Format 2.", e => e with { Header = h => h.With(5, 2) }),
        Envelope("suite-unknown", Unsupported, "3-suite", "Suite 2.", e => e with { Header = h => h.With(7, 2) }),
        Envelope("type-of-another-folder", Framing, "6-header", "An epoch under keys/.",
            e => e with { Header = h => h.With(6, 10) }),
        Envelope("reserved-set", Framing, "1-canonical", "A reserved byte.",
            e => e with { Header = h => h.With(11, 1) }),
        Envelope("length-field", Framing, "6-plain", "The length field says one byte more.",
            e => e with { LengthError = 1 }),
        Envelope("byte-left-over", Framing, "1-canonical 6-plain", "A byte follows the signature.", e => e,
            b => b.Appending(0)),
        Envelope("cut-off", Framing, "6-plain", "Only the head is left.", e => e, b => b[..60]),
        Envelope("body-changed", Signature, "6-plain 1-release", "A bit of the body is wrong.", e => e,
            b => b.Flipping(60)),
        Envelope("signature-changed", Signature, "6-plain", "A bit of the signature is wrong.", e => e,
            b => b.Flipping(-1)),
        Envelope("signed-by-host", Signature, "6-signer", "Hosts do not change keys.",
            e => e with { Signer = Kit.Host }),
        Envelope("other-repository", Signature, "6-plain", "Signed for another repository.",
            e => e with { Repository = new RepositoryId(Kit.HashOf("other repository")) }),
        Envelope("ulid-in-name", Name, "5-verify", "The name has another ULID.", e => e) is var v
            ? v with { Name = "keys/" + (v.Name![5] == '0' ? '1' : '0') + v.Name[6..] } : v,
    ];

    static IEnumerable<Vector> Unlocking()
    {
        using var recovery = new SealingKey(Kit.SecretOf("recovery"));
        using var other = new SealingKey(Kit.SecretOf("other recovery"));
        var slot = Slot("unlock", KeySlotKind.Recovery, recovery.PublicKey);
        yield return Unlock("recovery-key", Success, "The recovery key opens the slot.", slot, recovery,
            $"seed 0 {Kit.Seed.AsSpan().ToArray().Hex()}\n");
        yield return Unlock("other-recovery-key", WrongKey, "Another recovery key does not.", slot, other, "");
        var broken = slot with
        {
            Seals = new Dictionary<uint, ReadOnlyMemory<byte>> { [0] = slot.Seals[0].ToArray().Flipping(40) },
        };
        yield return Unlock("seal-changed", Authentication, "The slot's own key, but a bit of the seal is wrong.",
            broken, recovery, "");
    }

    static Vector Unlock(string name, string expect, string comment, KeySlot slot, SealingKey key, string content)
    {
        var vector = Dated(
            $"unlock/{name}", ObjectType.KeySlot, expect, "15-wrong-key 14-slots", comment,
            kit => new(kit, ObjectType.KeySlot, slot.Encode()) { Signer = Kit.Admin }, content);
        return vector with
        {
            Decoder = "unlock", Fields = [.. vector.Fields, ("recovery-key", RecoveryKey.Print(key))],
        };
    }
}
