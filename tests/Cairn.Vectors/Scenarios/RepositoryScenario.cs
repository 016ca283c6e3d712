using System.Text;
using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Entries;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Snapshots;
using Google.Protobuf;

namespace Cairn.Vectors.Scenarios;

/// <summary>A whole repository with one snapshot of three entries, as files, and the key that opens it.</summary>
sealed class RepositoryScenario
{
    public const string Folder = "repository/objects";
    const string Scenario = "repository/repository";
    static readonly byte[] Letter = Encoding.ASCII.GetBytes("Dear reader,\nthis came back.\n");

    readonly Kit _kit = new(Scenario);
    readonly Dictionary<string, byte[]> _objects = [];

    RepositoryScenario() { }

    public static (Vector Vector, IReadOnlyDictionary<string, byte[]> Objects) Make()
    {
        var scenario = new RepositoryScenario();
        var vector = scenario.Build();
        return (vector, scenario._objects);
    }

    Vector Build()
    {
        using var recovery = new SealingKey(Kit.SecretOf("recovery"));
        WriteKeys(recovery);
        WriteHost();
        var (entries, chunk, leaf) = MakeManifest();
        var data = WritePack(new PackMaker(_kit, chunk));
        var manifest = WritePack(new PackMaker(_kit, leaf) { Kind = PackKind.Manifest });
        WriteIndex(data, manifest);
        var ledger = WriteLedger(data, manifest);
        var snapshot = WriteSnapshot(ledger, leaf.TrueId);
        WriteDescriptor();
        var content = new StringBuilder();
        content.Append("snapshot\n").Append(Show.Snapshot(snapshot)).Append("block 0 -\n");
        foreach (var entry in entries)
            content.Append(Show.Entry(entry));
        content.Append($"file letter {Show.Content(Letter)}\nfile empty {Show.Content([])}\n");
        return new Vector
        {
            Scenario = Scenario, Decoder = "repository", Expect = Vector.Success,
            Rules = ["12-commit", "13-seed", "15-opening", "17-order", "1-protobuf"],
                Comment = "A whole repository with one snapshot.",
            Fields = [("folder", Folder), ("recovery-key", RecoveryKey.Print(recovery))], Content = content.ToString(),
        };
    }

    void WriteKeys(SealingKey recovery)
    {
        var slot = KeyStore.CreateSlot(
            KeySlotKind.Recovery, "recovery key", recovery.PublicKey, null,
            new Dictionary<uint, SecretKey> { [0] = Kit.Seed }, _kit.Environment);
        var slotHash = Write(
            new EnvelopeMaker(_kit, ObjectType.KeySlot, slot.Encode()) { Signer = Kit.Admin }, ObjectNames.Keys);
        var roster = new Roster { Sequence = 1, Previous = null, Created = Kit.Now, Slots = [slotHash], Epochs = [] };
        Write(new EnvelopeMaker(_kit, ObjectType.Roster, roster.Encode()) { Signer = Kit.Admin }, ObjectNames.Keys);
    }

    void WriteHost()
    {
        var record = new HostRecord
        {
            Kind = HostRecord.Types.Kind.Enrol, Sequence = 1, Created = Kit.Now.ToUnixTimeMilliseconds(),
            PublicKey = ByteString.CopyFrom(Kit.Host.PublicKey.AsSpan()), Name = "workshop",
        };
        Write(
            new EnvelopeMaker(_kit, ObjectType.HostRecord, record.ToByteArray()) { Signer = Kit.Admin },
                ObjectNames.Hosts);
    }

    static (Entry[] Entries, BlobMaker Chunk, BlobMaker Leaf) MakeManifest()
    {
        var chunk = new BlobMaker(Letter);
        var owner = new Owner(1000, 1000, "ada", "ada");
        Entry[] entries =
        [
            new() { Kind = EntryKind.File, Name = "empty"u8.ToArray(), Owner = owner, Mode = 0x1A4,
                Content = FileContent.Empty },
            new()
            {
                Kind = EntryKind.File, Name = "letter"u8.ToArray(), Owner = owner, Mode = 0x1A4, Size = Letter.Length,
                Modified = new FileTime(1_769_860_800, 5),
                Content = new FileContent([new Extent(Letter.Length, chunk.TrueId)], 0),
            },
            new() { Kind = EntryKind.Symlink, Name = "link"u8.ToArray(), Owner = owner,
                LinkTarget = "letter"u8.ToArray() },
        ];
        var encoder = new LeafPieceEncoder();
        encoder.BeginBlock(0, [], isContinued: false);
        foreach (var entry in entries)
            encoder.Add(entry);
        return (entries, chunk, new BlobMaker(encoder.Finish().ToArray()) { Kind = BlobKind.Manifest });
    }

    PackTable WritePack(PackMaker maker)
    {
        var bytes = maker.Make().Bytes;
        var hash = ObjectWriter.HashOf(bytes);
        _objects.Add(ObjectNames.Pack(hash).Value, bytes);
        var registry = new SignerRegistry();
        registry.Add(new EnrolledSigner(Kit.Host.Id, Kit.Host.PublicKey, "workshop", false, false, Kit.Now));
        return PackReader.Verify(hash, bytes, Kit.Envelope, registry);
    }

    void WriteIndex(params PackTable[] tables) =>
        Write(new EnvelopeMaker(_kit, ObjectType.Index, IndexCodec.Encode(tables)), ObjectNames.Index);

    (Ulid Ulid, ObjectHash Hash) WriteLedger(params PackTable[] tables)
    {
        var ledger = new Ledger
        {
            Kind = LedgerKind.Final, Time = Kit.Now, Session = _kit.NewUlid(),
            Source = KeyedName.Of(Kit.Keys.Shared.Index, "home"), Tags = [], Previous = PreviousLedger.First,
            Packs =
            [
                .. tables.Select(table => new LedgerPack(
                    PackPrefix.Of(table.Name), 0, default))
                    .OrderBy(pack => pack.Prefix),
            ],
        };
        var maker = new EnvelopeMaker(_kit, ObjectType.Ledger, LedgerCodec.Encode(ledger));
        var stored = maker.SealUnderIndexKey();
        var hash = ObjectWriter.HashOf(stored);
        _objects.Add(ObjectNames.Ledger(Kit.Host.Id, maker.Ulid, hash).Value, stored);
        return (maker.Ulid, hash);
    }

    SnapshotInfo WriteSnapshot((Ulid Ulid, ObjectHash Hash) ledger, BlobId manifest)
    {
        var info = new SnapshotInfo
        {
            Name = default, Time = Kit.Now, Finished = Kit.Now.AddSeconds(1), HostName = "workshop", UserName = "ada",
            Source = "home", Roots = ["/home/ada"u8.ToArray()], Tags = [], Manifest = manifest, ManifestLevel = 0,
            Statistics = new() { Files = 2, Others = 1, Bytes = Letter.Length }, Problems = [], ProblemCount = 0,
            Program = "cairn vectors", Parent = null,
        };
        var stored = new EnvelopeMaker(_kit, ObjectType.Snapshot, SnapshotCodec.Encode(info))
        {
            Ulid = ledger.Ulid, Context = "cairn/1 snapshot",
        }.SealSnapshot(ledger.Hash);
        var hash = ObjectWriter.HashOf(stored);
        _objects.Add(ObjectNames.Snapshot(Kit.Host.Id, ledger.Ulid, ledger.Hash, hash).Value, stored);
        return info;
    }

    void WriteDescriptor() => _objects.Add(ObjectNames.Descriptor.Value, new Descriptor
    {
        Id = Kit.Repository, Created = Kit.Now, Admin = Kit.Admin.PublicKey, Restore = Kit.Keys.RestorePublic,
        Chunking = ChunkerParameters.Default, PackBytes = 32 << 20,
    }.Encode(Kit.Admin));

    ObjectHash Write(EnvelopeMaker maker, string prefix)
    {
        var stored = prefix == ObjectNames.Keys ? maker.SealPlain() : maker.SealUnderIndexKey();
        var hash = ObjectWriter.HashOf(stored);
        _objects.Add(ObjectNames.Dated(prefix, maker.Ulid, hash).Value, stored);
        return hash;
    }
}
