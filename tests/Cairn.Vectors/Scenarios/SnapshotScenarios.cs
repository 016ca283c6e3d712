using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Google.Protobuf;
using static Cairn.Vectors.Scenario;
using SnapshotStatistics = Cairn.Engine.Snapshots.SnapshotStatistics;

namespace Cairn.Vectors.Scenarios;

/// <summary>Sections 6.3 and 12.</summary>
static class SnapshotScenarios
{
    static readonly ObjectHash Ledger = Kit.Some("ledger object");

    public static IEnumerable<Vector> All() => [.. Records(), .. Envelopes(), .. Names()];

    static SnapshotInfo Model() => new()
    {
        Name = default, Time = Kit.Now, Finished = Kit.Now.AddSeconds(5), HostName = "workshop", UserName = "ada",
        Source = "home", Roots = ["/home/ada"u8.ToArray()], Tags = ["daily", "first"],
        Manifest = new BlobId(Kit.HashOf("manifest")), ManifestLevel = 1,
        Statistics = new SnapshotStatistics { Files = 2, Directories = 1, Bytes = 1234 },
        Problems = [new SourceProblem("/home/ada/x"u8.ToArray(), "it is locked", IsError: true)], ProblemCount = 1,
        Program = "cairn 0.1.0", Parent = Kit.Some("parent"),
    };

    static Cairn.Engine.Formats.Records.SnapshotOrigin Origin() => new()
    {
        Repository = Bytes("the other repository"), Ledger = Bytes("its ledger"), PublicKey = Bytes("its host"),
        Object = ByteString.CopyFromUtf8("as it lay there"), Key = Bytes("the key of its body"),
    };

    static ByteString Bytes(string name) => ByteString.CopyFrom(Kit.Some(name).AsSpan());

    static Vector Case(
        string name, string expect, string rules, string comment, Func<EnvelopeMaker, EnvelopeMaker>? change = null,
        Func<byte[], byte[]>? after = null, Action<SnapshotRecord>? record = null, uint epoch = 0,
        ObjectHash? signedLedger = null)
    {
        var scenario = $"snapshot/{name}";
        var body = SnapshotRecord.Parser.ParseFrom(SnapshotCodec.Encode(Model()));
        record?.Invoke(body);
        var maker = new EnvelopeMaker(new Kit(scenario), ObjectType.Snapshot, body.ToByteArray())
        {
            Context = "cairn/1 snapshot",
        };
        maker = change?.Invoke(maker) ?? maker;
        var stored = maker.SealSnapshot(signedLedger ?? Ledger, epoch);
        stored = after?.Invoke(stored) ?? stored;
        var key = ObjectNames.Snapshot(maker.Signer.Id, maker.Ulid, Ledger, ObjectWriter.HashOf(stored));
        return new Vector
        {
            Scenario = scenario, Decoder = "snapshot", Expect = expect, Rules = rules.Split(' '), Comment = comment,
            Fields = Kit.World, Name = key.Value, Object = stored,
            Content = expect == Success ? Show.Snapshot(SnapshotCodec.Decode(default, body.ToByteArray())) : "",
        };
    }

    static IEnumerable<Vector> Records() =>
    [
        Case("full", Success, "12-body 6-snapshot 5-snapshot", "A snapshot with all fields."),
        Case("without-parent", Success, "12-body", "Compared with none, and without tags and problems.", record: r =>
        {
            r.Parent = ByteString.Empty;
            r.Tags.Clear();
            r.Problems.Clear();
            r.ProblemCount = 0;
        }),
        Case("copied", Success, "12-copies", "A copy, with what it is a copy of.", record: r => r.Origin = Origin()),
        Case("origin-short-key", Framing, "12-copies 14-lengths", "31 bytes.", record: r =>
        {
            r.Origin = Origin();
            r.Origin.Key = ByteString.CopyFrom(new byte[31]);
        }),
        Case("origin-without-object", Framing, "12-copies", "Nothing is left to verify.", record: r =>
        {
            r.Origin = Origin();
            r.Origin.Object = ByteString.Empty;
        }),
        Case("tags-descend", Framing, "14-lists", "Tags in the wrong order.",
            record: r => (r.Tags[0], r.Tags[1]) = (r.Tags[1], r.Tags[0])),
        Case("tags-in-order-of-bytes", Success, "14-lists", "U+FF5E before U+1F600, as their UTF-8 is.", record: r =>
        {
            r.Tags.Clear();
            r.Tags.AddRange(["\uFF5E", "\U0001F600"]);
        }),
        Case("manifest-too-short", Framing, "14-lengths", "31 bytes.",
            record: r => r.Manifest = ByteString.CopyFrom(new byte[31])),
        Case("parent-too-short", Framing, "14-lengths", "31 bytes.",
            record: r => r.Parent = ByteString.CopyFrom(new byte[31])),
        Case("manifest-level-too-great", Framing, "1-limits", "Manifests have at most eight levels.",
            record: r => r.ManifestLevel = 8),
        Case("fewer-problems-than-listed", Framing, "12-body", "It lists one and counts none.",
            record: r => r.ProblemCount = 0),
        Case("no-statistics", Framing, "12-body", "A snapshot says what it did.", record: r => r.Statistics = null),
        Case("time-out-of-range", Framing, "1-time", "After the year 9999.", record: r => r.Finished = long.MaxValue),
    ];

    static IEnumerable<Vector> Envelopes() =>
    [
        Case("format-newer", Unsupported, "6-format", "Format 2.", e => e with { Header = h => h.With(5, 2) }),
        Case("suite-unknown", Unsupported, "3-suite", "Suite 2.", e => e with { Header = h => h.With(7, 2) }),
        Case("reserved-set", Framing, "1-canonical", "A reserved byte.", e => e with { Header = h => h.With(10, 1) }),
        Case("cut-off", Framing, "6-snapshot", "Only the head is left.", after: b => b[..150]),
        Case("epoch-unknown", WrongKey, "6-snapshot 15-wrong-key", "Sealed to an epoch whose seed the reader lacks.",
            epoch: 1),
        Case("box-changed", Authentication, "6-snapshot", "A bit of the sealed key is wrong, and signed so.",
            after: b => Resign(b.Flipping(60))),
        Case("ciphertext-changed", Authentication, "6-snapshot 1-release", "A bit of the ciphertext, and signed so.",
            after: b => Resign(b.Flipping(200))),
        Case("epoch-changed", WrongKey, "6-snapshot", "The epoch number was changed, and signed so.",
            after: b => Resign(b.With(44, 9))),
        Case("length-too-long", Framing, "1-limits 6-snapshot", "The length field reaches beyond the plain text.",
            e => e with { LengthError = 1 << 20 }),
        Case("padding-not-zero", Framing, "6-padding", "The last byte of the padding is 1.",
            e => e with { Padding = zeros => zeros.With(zeros.Length - 1, 1) }),
        Case("padding-too-long", Framing, "6-padding", "Padded to the next length.",
            e => e with { Padding = zeros => [.. zeros, .. new byte[64]] }),
        Case("body-changed-after-signing", Signature, "6-snapshot", "A bit of the ciphertext, without a new signature.",
            after: b => b.Flipping(200)),
        Case("signature-changed", Signature, "6-snapshot", "A bit of the signature.", after: b => b.Flipping(-1)),
        Case("signature-context", Signature, "6-snapshot", "Signed with the context of other objects.",
            e => e with { Context = "cairn/1 signed" }),
        Case("signer-not-entitled", Signature, "6-signer", "A maintainer makes no snapshots.",
            e => e with { Signer = Kit.Maintainer }),
        Case("signed-for-another-ledger", Signature, "6-snapshot 5-verify",
            "The name has another ledger than was signed.",
            signedLedger: Kit.Some("another ledger")),
    ];

    static byte[] Resign(byte[] stored)
    {
        byte[] message = [.. "cairn/1 snapshot"u8, .. Kit.Repository.AsSpan(), .. Ledger.AsSpan(),
            .. stored.AsSpan(..^64)];
        var signature = new byte[64];
        Kit.Host.Sign(message, signature);
        return stored.With(stored.Length - 64, signature);
    }

    static IEnumerable<Vector> Names() =>
    [
        Renamed("ulid-in-name", "The name has another ULID.",
            n => n[..43] + (n[43] == '0' ? '1' : '0') + n[44..]),
        Renamed("host-in-name", "It stands in the folder of another host.",
            n => n.Replace(Kit.Host.Id.ToString(), Kit.OtherHost.Id.ToString())),
        Renamed("hash-in-name", "The name has another hash.", n => n[..^1] + (n[^1] == '0' ? '1' : '0')),
    ];

    static Vector Renamed(string name, string comment, Func<string, string> change)
    {
        var vector = Case(name, Name, "5-verify", comment);
        return vector with { Name = change(vector.Name!) };
    }
}
