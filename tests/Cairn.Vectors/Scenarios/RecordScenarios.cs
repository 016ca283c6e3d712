using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Google.Protobuf;
using static Cairn.Vectors.Scenario;

namespace Cairn.Vectors.Scenarios;

/// <summary>Section 14: host records, retired records, moves, epochs. The host record stands for the canonical
/// form.</summary>
static class RecordScenarios
{
    static readonly long Now = Kit.Now.ToUnixTimeMilliseconds();

    public static IEnumerable<Vector> All() => [.. Hosts(), .. Retired(), .. Moves(), .. Epochs()];

    static ByteString Bytes(ObjectHash hash) => ByteString.CopyFrom(hash.AsSpan());

    static ByteString[] Ascending(int count) => [.. Kit.SomeAscending(count).Select(Bytes)];

    static HostRecord Host() => new()
    {
        Kind = HostRecord.Types.Kind.Enrol, Sequence = 1, Created = Now,
        PublicKey = ByteString.CopyFrom(Kit.Stranger.PublicKey.AsSpan()), Name = "workshop",
    };

    static Vector HostCase(
        string name, string expect, string rules, string comment, Action<HostRecord> change,
        Func<byte[], byte[]>? bytes = null)
    {
        var record = Host();
        change(record);
        var body = record.ToByteArray();
        return Dated(
            $"host-record/{name}", ObjectType.HostRecord, expect, rules, comment,
            kit => new(kit, ObjectType.HostRecord, bytes?.Invoke(body) ?? body) { Signer = Kit.Admin },
            expect == Success ? Show.Record(record) : "");
    }

    static IEnumerable<Vector> Hosts() =>
    [
        HostCase("enrol", Success, "14-records 1-protobuf", "A host is let in.", _ => { }),
        HostCase("endorse", Success, "14-records", "A maintainer who may forget; the second record of the chain.", r =>
        {
            (r.Kind, r.MayForget, r.Sequence) = (HostRecord.Types.Kind.Endorse, true, 2);
            r.Previous = Bytes(Kit.Some("former record"));
        }),
        HostCase("unknown-field", Framing, "1-protobuf", "Field 99 at the end.", _ => { },
            b => b.Appending(0x9A, 6, 0)),
        HostCase("fields-out-of-order", Framing, "1-protobuf", "The name stands before all others.", r => r.Name = "",
            b => [.. new HostRecord { Name = "workshop" }.ToByteArray(), .. b]),
        HostCase("field-twice", Framing, "1-protobuf", "The name stands twice.", _ => { },
            b => [.. b, .. new HostRecord { Name = "workshop" }.ToByteArray()]),
        HostCase("default-written", Framing, "1-protobuf", "may_forget is written though it is false.", _ => { },
            b => b.Appending(0x38, 0)),
        HostCase("varint-in-long-form", Framing, "1-protobuf 1-canonical", "The kind in two bytes.", _ => { },
            b => b.With(1, 0x81).Inserting(2, 0)),
        HostCase("malformed", Framing, "1-protobuf", "The record ends inside of a field.", _ => { }, b => b[..^1]),
        HostCase("kind-unknown", Unsupported, "16-unsupported", "A kind of a newer Cairn.",
            r => r.Kind = (HostRecord.Types.Kind)4),
        HostCase("public-key-too-short", Framing, "14-lengths", "31 bytes.",
            r => r.PublicKey = ByteString.CopyFrom(new byte[31])),
        HostCase("first-with-predecessor", Framing, "14-chain", "The first record names a former one.",
            r => r.Previous = Bytes(Kit.Some("former record"))),
        HostCase("second-without-predecessor", Framing, "14-chain", "The second record names none.",
            r => r.Sequence = 2),
        HostCase("sequence-zero", Framing, "14-chain", "Sequences begin with 1.", r => r.Sequence = 0),
        HostCase("previous-too-short", Framing, "14-lengths", "31 bytes.", r =>
            (r.Sequence, r.Previous) = (2, ByteString.CopyFrom(new byte[31]))),
        HostCase("may-forget-of-a-host", Framing, "14-records", "Only maintainers may forget.",
            r => r.MayForget = true),
        HostCase("time-out-of-range", Framing, "1-time", "After the year 9999.", r => r.Created = long.MaxValue),
        Dated("host-record/signed-by-host", ObjectType.HostRecord, Signature, "6-signer 14-records",
            "A host lets another in.",
            kit => new(kit, ObjectType.HostRecord, Host().ToByteArray())),
    ];

    static Vector RetiredCase(
        string name, string expect, string rules, string comment, Action<RetiredRecord> change, Signer? signer = null,
        Func<byte[], byte[]>? bytes = null)
    {
        var record = new RetiredRecord { Sequence = 1, Created = Now };
        change(record);
        var body = record.ToByteArray();
        return Dated(
            $"retired/{name}", ObjectType.Retired, expect, rules, comment,
            kit => new(kit, ObjectType.Retired, bytes?.Invoke(body) ?? body) { Signer = signer ?? Kit.Maintainer },
            expect == Success ? Show.Record(record) : "");
    }

    static IEnumerable<Vector> Retired() =>
    [
        RetiredCase("condemnation", Success, "14-records", "Two packs are condemned.",
            r => r.Condemnation = new PackList { Packs = { Ascending(2) } }),
        RetiredCase("forgotten-by-admin", Success, "14-records", "An admin forgets a snapshot.",
            r => r.Forgotten = new NameList { Objects = { Ascending(1) } }, Kit.Admin),
        RetiredCase("summary", Success, "14-records", "A summary of everything.", r => r.Summary = new Summary
        {
            Records = { Ascending(3) }, Condemned = { Ascending(2) }, Deleted = { Ascending(1) },
                Void = { Ascending(1) },
            FirstSeen = { new FirstSeenList { Objects = { Ascending(2) }, Time = Now } },
        }),
        RetiredCase("lock-bound", Success, "14-records", "Hosts may rely on locks until then.",
            r => r.LockBound = new LockBound { Until = Now }),
        RetiredCase("list-descends", Framing, "14-lists", "Packs in the wrong order.",
            r => r.Condemnation = new PackList { Packs = { Ascending(2).Reverse() } }),
        RetiredCase("list-repeats", Framing, "14-lists", "The same pack twice.",
            r => r.Deletion = new PackList { Packs = { Ascending(1)[0], Ascending(1)[0] } }),
        RetiredCase("first-seen-descends", Framing, "14-lists", "Ledgers in the wrong order.",
            r => r.FirstSeen = new FirstSeenList { Objects = { Ascending(2).Reverse() }, Time = Now }),
        RetiredCase("summary-half-wrong", Framing, "14-lists 1-release",
            "The condemned are right, the forgotten are not.",
            r => r.Summary = new Summary { Condemned = { Ascending(2) }, Forgotten = { Ascending(2).Reverse() } }),
        RetiredCase("name-too-short", Framing, "14-lengths", "A name of 31 bytes.",
            r => r.VoidFinal = new NameList { Objects = { ByteString.CopyFrom(new byte[31]) } }),
        RetiredCase("kind-unknown", Unsupported, "16-unsupported",
            "Field 15 alone: what it announces is not known yet.",
            _ => { }, bytes: b => b.Appending(0x7A, 0)),
        RetiredCase("length-beyond-the-record", Framing, "1-protobuf 1-limits",
            "The length of an announcement has 64 bits, of which the lower half is negative.",
            _ => { }, bytes: b => b.Appending(0x22, 0xFF, 0xFF, 0xFF, 0xFF, 0xF7, 0xFF, 0xFF, 0xFF, 0xFF, 1)),
        RetiredCase("length-turns-negative", Framing, "1-protobuf 1-limits",
            "An announcement of 2^31 - 1 bytes, in which a field begins: added up, its end lies before its beginning.",
            _ => { }, bytes: b => b.Appending(0x22, 0xFF, 0xFF, 0xFF, 0xFF, 7, 0x0A, 0xAC, 0xF6, 0x25)),
        RetiredCase("unknown-field-beside", Framing, "1-protobuf", "A known announcement and field 14.",
            r => r.Condemnation = new PackList { Packs = { Ascending(1) } }, bytes: b => b.Appending(0x72, 0)),
        RetiredCase("signed-by-host", Signature, "6-signer 14-records", "Hosts do not retire anything.",
            r => r.Condemnation = new PackList { Packs = { Ascending(1) } }, Kit.Host),
        .. TagLists(),
    ];

    static TagList Tags(int boxBytes = 256) => new()
    {
        Objects = { Ascending(2) }, Replaces = { Bytes(Kit.Some("former tags")) }, Epoch = 1,
        Sealed = ByteString.CopyFrom(Enumerable.Repeat((byte)7, boxBytes).ToArray()),
    };

    static IEnumerable<Vector> TagLists() =>
    [
        RetiredCase("tags", Success, "14-records 14-tags",
            "An admin gives two snapshots other tags, in place of what a former record said.",
            r => r.Tags = Tags(), Kit.Admin),
        RetiredCase("tags-of-none", Framing, "14-tags", "No snapshot is named.",
            r => r.Tags = new TagList { Epoch = 1, Sealed = Tags().Sealed }, Kit.Admin),
        RetiredCase("tags-without-box", Framing, "14-tags", "There is no box.", r => r.Tags = Tags(boxBytes: 0),
            Kit.Admin),
        RetiredCase("tags-not-padded", Framing, "14-tags", "A box of 255 bytes.", r => r.Tags = Tags(boxBytes: 255),
            Kit.Admin),
        RetiredCase("tags-replaces-descends", Framing, "14-lists", "The records it replaces in the wrong order.",
            r => r.Tags = new TagList(Tags()) { Replaces = { Ascending(2).Reverse() } }, Kit.Admin),
        RetiredCase("tags-signed-by-host", Signature, "6-signer 14-records", "Hosts only add.", r => r.Tags = Tags(),
            Kit.Host),
    ];

    static Vector MoveCase(string name, string expect, string rules, string comment, PackMove move,
        Signer? signer = null)
    {
        var record = new MoveRecord { Sequence = 1, Created = Now, Moves = { move } };
        return Dated(
            $"moves/{name}", ObjectType.Moves, expect, rules, comment,
            kit => new(kit, ObjectType.Moves, record.ToByteArray()) { Signer = signer ?? Kit.Maintainer },
            expect == Success ? Show.Record(record) : "");
    }

    static PackMove Move() => new()
    {
        From = Bytes(Kit.Some("from")), To = Bytes(Kit.Some("to")), FromRows = { 0, 7 }, ToRows = { 3, 4 },
    };

    static IEnumerable<Vector> Moves() =>
    [
        MoveCase("two-rows", Success, "14-records", "Rows 0 and 7 became rows 3 and 4 of another pack.", Move()),
        MoveCase("rows-do-not-pair", Framing, "14-records", "Two rows became one.",
            new PackMove(Move()) { ToRows = { 5 } }),
        MoveCase("name-too-long", Framing, "14-lengths", "A pack name of 33 bytes.",
            new PackMove(Move()) { To = ByteString.CopyFrom(new byte[33]) }),
        MoveCase("signed-by-host", Signature, "6-signer 14-records", "Hosts do not repack.", Move(), Kit.Host),
    ];

    static EpochRecord Epoch() => new()
    {
        Epoch = 1, Created = Now, Admin = ByteString.CopyFrom(Kit.NextKeys.AdminSigner.PublicKey.AsSpan()),
        Restore = ByteString.CopyFrom(Kit.NextKeys.RestorePublic.AsSpan()),
    };

    static Vector EpochCase(
        string name, string expect, string rules, string comment, Action<EpochRecord> change,
        Func<EnvelopeMaker, EnvelopeMaker>? envelope = null)
    {
        var record = Epoch();
        change(record);
        return Dated(
            $"epoch/{name}", ObjectType.Epoch, expect, rules, comment,
            kit => (envelope ?? (e => e))(
                new EnvelopeMaker(kit, ObjectType.Epoch, record.ToByteArray()) { Signer = Kit.Admin }),
            expect == Success ? Show.Record(record) : "");
    }

    static IEnumerable<Vector> Epochs() =>
    [
        EpochCase("second", Success, "14-records 6-plain 15-epochs", "Epoch 1 follows epoch 0.", _ => { }),
        EpochCase("not-the-next", Framing, "15-epochs", "Epoch 2 follows epoch 0.", r => r.Epoch = 2),
        EpochCase("zero", Framing, "15-epochs", "Epoch 0 stands in the descriptor.", r => r.Epoch = 0),
        EpochCase("domain-too-great", Framing, "14-lengths", "Domains have 16 bits.", r => r.Domain = 65_536),
        EpochCase("admin-too-short", Framing, "14-lengths", "31 bytes.",
            r => r.Admin = ByteString.CopyFrom(new byte[31])),
        EpochCase("signed-by-itself", Signature, "6-signer 15-epochs", "Signed with its own admin key.", _ => { },
            e => e with { Signer = Kit.NextKeys.AdminSigner }),
    ];
}
