using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using static Cairn.Vectors.Scenario;

namespace Cairn.Vectors.Scenarios;

/// <summary>Sections 6.2 and 9. The ledger stands for all objects under the index key.</summary>
static class LedgerScenarios
{
    // Where things stand in the body of the model ledger.
    const int Kind = 0, Time = 1, TagCount = 57, FirstTag = 59, SecondTag = 91, Previous = 123, Base = 156;
    const int PackCount = 157, FirstPack = 161, Selection = FirstPack + 16, SecondPack = FirstPack + 19;

    public static IEnumerable<Vector> All() => [.. Valid(), .. Envelopes(), .. Bodies(), .. Bitmaps()];

    /// <summary>Two tags, a known predecessor, and two packs: of one rows 0 and 9 of ten, of the other all.</summary>
    static Ledger Model() => new()
    {
        Kind = LedgerKind.Final, Time = Kit.Now, Session = new Ulid(Kit.HashOf("session").AsSpan(0, 16)),
        Source = Kit.Some("source"), Tags = Kit.SomeAscending(2, "tag"),
        Previous = PreviousLedger.Known(Kit.Some("previous ledger")),
        Packs =
        [
            new LedgerPack(new PackPrefix(new Bytes16(1, 0)), 10, new byte[] { 0x01, 0x02 }),
            new LedgerPack(new PackPrefix(new Bytes16(2, 0)), 0, ReadOnlyMemory<byte>.Empty),
        ],
    };

    static IEnumerable<Vector> Valid()
    {
        Ledger[] ledgers =
        [
            Model(),
            Model() with { Kind = LedgerKind.Interim, Tags = [], Previous = PreviousLedger.First, Packs = [] },
            Model() with { Previous = PreviousLedger.Unknown },
        ];
        string[] names = ["final", "interim-first-and-empty", "previous-unknown"];
        for (var i = 0; i < names.Length; i++)
        {
            var ledger = ledgers[i];
            yield return Dated(
                $"ledger/{names[i]}", ObjectType.Ledger, Success, "9-body 6-under-index-key 5-ledger",
                    "A valid ledger.",
                kit => new(kit, ObjectType.Ledger, LedgerCodec.Encode(ledger)), Show.Ledger(ledger));
        }
    }

    static Vector Envelope(
        string name, string expect, string rules, string comment, Func<EnvelopeMaker, EnvelopeMaker> change,
        Func<byte[], byte[]>? after = null) => Dated(
            $"under-index-key/{name}", ObjectType.Ledger, expect, rules, comment,
            kit => change(new EnvelopeMaker(kit, ObjectType.Ledger, LedgerCodec.Encode(Model()))), after: after);

    static IEnumerable<Vector> Envelopes() =>
    [
        Envelope("magic", Framing, "6-header", "The first byte is not C.", e => e, bytes => bytes.Flipping(0)),
        Envelope("format-newer", Unsupported, "6-format", "Format 2: a newer Cairn wrote it.",
            e => e with { Header = h => h.With(5, 2) }),
        Envelope("format-zero", Framing, "6-format", "There is no format 0.",
            e => e with { Header = h => h.With(5, 0) }),
        Envelope("type-of-another-folder", Framing, "6-header", "An index object under the name of a ledger.",
            e => e with { Header = h => h.With(6, 2) }),
        Envelope("suite-unknown", Unsupported, "3-suite", "Suite 2 is not known yet.",
            e => e with { Header = h => h.With(7, 2) }),
        Envelope("reserved-set", Framing, "1-canonical 6-header", "A reserved byte of the header is set.",
            e => e with { Header = h => h.With(10, 1) }),
        Envelope("cut-off", Framing, "6-under-index-key", "Only the head and half of a tag are left.",
            e => e, bytes => bytes[..100]),
        Envelope("header-changed", Authentication, "6-under-index-key",
            "The domain was changed: the associated data differ.",
            e => e, bytes => bytes.Flipping(8)),
        Envelope("salt-changed", Authentication, "4-one-time-key", "A bit of the salt is wrong.",
            e => e, bytes => bytes.Flipping(30)),
        Envelope("ciphertext-changed", Authentication, "1-release 6-under-index-key",
            "A bit of the ciphertext is wrong.",
            e => e, bytes => bytes.Flipping(100)),
        Envelope("tag-changed", Authentication, "6-under-index-key", "A bit of the tag is wrong.",
            e => e, bytes => bytes.Flipping(-1)),
        Envelope("purpose-of-another-type", Authentication, "4-one-time-key",
            "Sealed with the one-time key of an index object.",
            e => e with { Purpose = "index" }),
        Envelope("other-repository", Authentication, "6-under-index-key", "Sealed for another repository.",
            e => e with { Repository = new RepositoryId(Kit.HashOf("other repository")) }),
        Envelope("length-too-long", Framing, "1-limits 6-under-index-key",
            "The length field reaches beyond the plain text.",
            e => e with { LengthError = 1 << 20 }),
        Envelope("length-too-short", Framing, "6-under-index-key 6-padding",
            "The length field is one less: the padding then begins with the last byte of the signature.",
            e => e with { LengthError = -1 }),
        Envelope("padding-not-zero", Framing, "6-padding", "The last byte of the padding is 1.",
            e => e with { Padding = zeros => zeros.With(zeros.Length - 1, 1) }),
        Envelope("padding-too-long", Framing, "6-padding", "Padded to the next length, not to P(n).",
            e => e with { Padding = zeros => [.. zeros, .. new byte[64]] }),
        Envelope("padding-missing", Framing, "6-padding", "Not padded at all.", e => e with { Padding = _ => [] }),
        Envelope("signature-changed", Signature, "6-under-index-key", "A bit of the signature inside is wrong.",
            e => e with { Signature = s => s.Flipping(0) }),
        Envelope("signature-context", Signature, "6-under-index-key", "Signed with the context of snapshots.",
            e => e with { Context = "cairn/1 snapshot" }),
        Envelope("signer-unknown", Signature, "6-signer", "Signed by somebody whom no admin let in.",
            e => e with { Signer = Kit.Stranger }),
        Envelope("signer-claimed", Signature, "6-signer", "Says that the host signed it, but another host did.",
            e => e with { ClaimedSigner = Kit.OtherHost.Id }),
        Envelope("signer-not-entitled", Signature, "6-signer", "A maintainer signs no ledgers.",
            e => e with { Signer = Kit.Maintainer }),
        Envelope("hash-in-name", Name, "5-verify", "The name has another hash.", e => e) is var v
            ? v with { Name = v.Name![..^1] + (v.Name[^1] == '0' ? '1' : '0') } : v,
        Envelope("ulid-in-name", Name, "5-verify", "The name has another ULID.", e => e) is var u
            ? u with { Name = u.Name!.Replace(u.Name[41..67], u.Name[41..66] + (u.Name[66] == '0' ? '1' : '0')) } : u,
        Envelope("host-in-name", Name, "5-verify", "It stands in the folder of another host.", e => e) is var h
            ? h with { Name = h.Name!.Replace(Kit.Host.Id.ToString(), Kit.OtherHost.Id.ToString()) } : h,
    ];

    static Vector Body(
        string name, string expect, string rules, string comment, Func<byte[], byte[]> change) => Dated(
            $"ledger/{name}", ObjectType.Ledger, expect, rules, comment,
            kit => new(kit, ObjectType.Ledger, change(LedgerCodec.Encode(Model()))));

    static IEnumerable<Vector> Bodies() =>
    [
        Body("kind-unknown", Framing, "9-body", "Kind 3.", b => b.With(Kind, 3)),
        Body("time-out-of-range", Framing, "1-time", "A time after the year 9999.", b => b.With(Time + 7, 0x7F)),
        Body("tags-descend", Framing, "9-tags", "The tags in the wrong order.",
            b => b.Swapping(FirstTag, SecondTag, 32)),
        Body("tags-repeat", Framing, "9-tags", "The same tag twice.", b => b.With(SecondTag, b.AsSpan(FirstTag, 32))),
        Body("tags-too-many", Framing, "1-limits", "More tags than bytes.", b => b.With(TagCount, 0xFF, 0x03)),
        Body("previous-unknown-mark", Framing, "9-previous", "3 is no kind of link.", b => b.With(Previous, 3)),
        Body("base-reserved", Unsupported, "9-base", "A base: reserved for a newer Cairn.", b => b.With(Base, 1)),
        Body("packs-descend", Framing, "9-packs", "The second pack is named before the first.",
            b => b.With(FirstPack, 0xFF)),
        Body("packs-repeat", Framing, "9-packs", "The same pack twice.",
            b => b.With(SecondPack, b.AsSpan(FirstPack, 16))),
        Body("packs-more-than-fit", Framing, "1-limits", "2^24 packs in a ledger of two.",
            b => b.With(PackCount, 0, 0, 0, 1)),
        Body("cut-off", Framing, "9-body", "The last byte is missing.", b => b[..^1]),
        Body("byte-left-over", Framing, "1-canonical", "A byte follows the last pack.", b => b.Appending(0)),
    ];

    static IEnumerable<Vector> Bitmaps() =>
    [
        Body("bitmap-of-all-rows", Framing, "9-bitmap", "All bits are set: that is written as 0.",
            b => b.With(Selection + 1, 0xFF, 0x03)),
        Body("bitmap-of-no-rows", Framing, "9-bitmap", "No bit is set: the pack does not belong here.",
            b => b.With(Selection + 1, 0, 0)),
        Body("bitmap-with-unused-bit", Framing, "9-bitmap", "Bit 10 of ten rows is set.",
            b => b.With(Selection + 2, 0x06)),
        Body("bitmap-cut-off", Framing, "9-bitmap", "Rows that the bytes left cannot hold.",
            b => b.With(Selection, 0xFF).Inserting(Selection + 1, 0x7F)),
        Body("bitmap-rows-beyond-limit", Framing, "1-limits", "2^20 + 1 rows.",
            b => b.With(Selection, 0x81).Inserting(Selection + 1, 0x80, 0x40)),
        Body("bitmap-rows-in-long-form", Framing, "1-canonical", "The number of rows in two bytes where one does.",
            b => b.With(Selection, 0x8A).Inserting(Selection + 1, 0x00)),
    ];
}
