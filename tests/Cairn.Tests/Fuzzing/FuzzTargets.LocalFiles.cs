using System.Security.Cryptography;
using System.Text;
using Cairn.App;
using Cairn.App.Configuration;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Drill;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Testing.State;
using Cairn.Testing;
using Cairn.Tests.Indexing;
using Cairn.Tests.Manifests;
using Cairn.Vectors;

namespace Cairn.Tests.Fuzzing;

/// <summary>Files on the host's own disk: what is damaged there is refused or thrown away.</summary>
static partial class FuzzTargets
{
    static readonly Bytes32 Source = new(Kit.HashOf("source"));

    static IEnumerable<FuzzTarget> LocalFiles() =>
        [Credential(), CredentialSummed(), Configuration(), Manifest(), Segment(), StoredPack(), StoredPackSummed(),
        VerifiedPacks(), VerifiedPacksSummed(), Drills(), DrillsSummed(), Spooled()];

    static FuzzTarget Credential() => new("credential", FuzzSeeds.With("credential", [Encoded()]))
    {
        Refusal = typeof(CredentialException), Decode = DecodeCredential,
    };

    static FuzzTarget CredentialSummed() => new("credential-summed", FuzzSeeds.With("credential-summed", [Encoded()]))
    {
        Refusal = typeof(CredentialException), Decode = DecodeCredential, Wrap = bytes =>
        {
            var text = Encoding.UTF8.GetString(bytes);
            var end = text.IndexOf("  \"checksum\"", StringComparison.Ordinal);
            if (end < 0)
                return bytes;
            var sum = SHA256.HashData(Encoding.UTF8.GetBytes(text[..end])).AsSpan(0, 8);
            return Encoding.UTF8.GetBytes($"{text[..end]}  \"checksum\": \"{Convert.ToHexStringLower(sum)}\"\n}}\n");
        },
    };

    static byte[] Encoded()
    {
        using var credential = new HostCredential
        {
            Repository = Kit.Repository, Admin = Kit.Admin.PublicKey, HostName = "machine \"1\"", Domain = 0,
            Shared = new SharedKeys(Kit.SecretOf("1"), Kit.SecretOf("2"), Kit.SecretOf("3")),
            HostSeed = Kit.SecretOf("4"),
        };
        return credential.Encode();
    }

    // For people to look at and for one program to write: not canonical, but summed up.
    static Func<byte[]>? DecodeCredential(byte[] bytes)
    {
        using var credential = HostCredential.Decode(bytes);
        Assert.Equal(KeyDerivation.KeySize, credential.HostSeed.Length);
        return null;
    }

    static FuzzTarget Configuration() => new("configuration", FuzzSeeds.With("configuration",
    [
        "repository: /mnt/backup\nexclude:\n  - \"*.tmp\"\n  - /a/**\ntags: [a, b]\npassphrase-file: ~/secret\n"u8
            .ToArray(),
        "# nothing\n"u8.ToArray(), "repository: {a: 1}\n"u8.ToArray(),
        "passphrase-command: |\n  pass cairn\n"u8.ToArray(),
    ]))
    {
        Refusal = typeof(ConfigurationException), AllocationBase = 4 << 20, AllocationPerByte = 4096, Decode = bytes =>
        {
            ConfigurationReader.Parse(Encoding.UTF8.GetString(bytes), "/etc/cairn/config.yaml", "/home/ada");
            return null;
        },
    };

    static FuzzTarget Manifest() => new("local-manifest", FuzzSeeds.With("local-manifest", [Written()]))
    {
        AllocationPerByte = 200, Decode = bytes =>
        {
            var state = new MemoryStateFolder { Files = { [LocalManifest.NameOf(Source)] = bytes } };
            using var manifest = LocalManifest.TryOpen(state, Kit.Repository, Source)
                ?? throw new FormatViolationException(FailureKind.Content, "there is none");
            var cursor = manifest.OpenCursor();
            while (cursor.MoveNext())
                cursor.Current.ToEntry();
            return () => bytes;
        },
    };

    static byte[] Written()
    {
        var state = new MemoryStateFolder();
        using var writer = new LocalManifestWriter(state, Kit.Repository, Source);
        foreach (var placed in new RandomTrees(new SeededRandom(1)).Tree(60))
            writer.Append(placed.Class, placed.Directory, placed.Entry, lists: 0);
        writer.Commit(Kit.Some("snapshot"));
        return state.Files[LocalManifest.NameOf(Source)];
    }

    static FuzzTarget Segment()
    {
        var whole = new MemoryStateFolder();
        var table = TestPacks.Make(3, 1, 2, 3, 4, 5);
        using (var index = BlobIndex.Open(whole, TestPacks.Repository))
        {
            index.Absorb(TestPacks.ObjectOf(3), [table]);
            index.Commit();
        }
        var name = whole.Files.Keys.Single();
        return new FuzzTarget("index-segment", FuzzSeeds.With("index-segment", [whole.Files[name]]))
        {
            Refusal = typeof(IndexDamagedException), AllocationPerByte = 16, Decode = bytes =>
            {
                var folder = new MemoryStateFolder { Files = { [name] = bytes } };
                using var index = BlobIndex.Open(folder, TestPacks.Repository);
                if (!index.TryFindPack(table.Name, out var pack))
                    throw new FormatViolationException(FailureKind.Content, "it was thrown away");
                Assert.Equal(table.Rows, Enumerable.Range(0, 5).Select(row => index.GetRow(pack, row)));
                return null;
            },
        };
    }

    static FuzzTarget StoredPack() => new("stored-pack", FuzzSeeds.With("stored-pack", [StoredTable()]))
    {
        Decode = DecodeStored,
    };

    static FuzzTarget StoredPackSummed() =>
        new("stored-pack-summed", FuzzSeeds.With("stored-pack-summed", [StoredTable()[32..]]))
        {
            Decode = DecodeStored,
            Wrap = body => [.. SHA256.HashData([.. Kit.Repository.AsSpan(), .. body]), .. body],
        };

    static byte[] StoredTable()
    {
        var state = new MemoryStateFolder();
        new StoredPackLog(state, Kit.Repository).Add(new PackTable
        {
            Name = Kit.Some("pack"), Kind = PackKind.Data, PackSize = 8192, Authors = [Kit.Host.Id],
            BlobsOffset = PackHeader.SizeWithKeys(1), Keys = [new SealedPackKey(1, 0, new byte[80])],
            Rows = [new PackRow(new BlobId(Kit.HashOf("blob")), BlobKind.Chunk, Codec.Stored, 100, 84, 0, 0, 0)],
        });
        return state.Files.Values.Single();
    }

    static Func<byte[]>? DecodeStored(byte[] bytes)
    {
        var state = new MemoryStateFolder { Files = { ["stored-1"] = bytes } };
        var tables = new StoredPackLog(state, Kit.Repository).Load();
        return tables is [var table]
            ? bytes.AsSpan(32).SequenceEqual(IndexCodec.Encode([table])) ? null
                : throw new InvalidOperationException("another encoding")
            : throw new FormatViolationException(FailureKind.Content, "it was thrown away");
    }

    static FuzzTarget VerifiedPacks() => new("verified-packs", FuzzSeeds.With("verified-packs", [Verified()]))
    {
        Decode = DecodeVerified,
    };

    static FuzzTarget VerifiedPacksSummed() =>
        new("verified-packs-summed", FuzzSeeds.With("verified-packs-summed", [Verified()[..^32]]))
        {
            Decode = bytes => DecodeVerified(bytes) is { } encode ? () => encode()[..^32] : null,
            Wrap = body => [.. body, .. SHA256.HashData([.. Kit.Repository.AsSpan(), .. body])],
        };

    static byte[] Verified()
    {
        var (state, record) = (new MemoryStateFolder(), new VerificationRecord());
        record.AddRun(1_700_000_000);
        record.AddRun(1_700_086_400);
        foreach (var name in new[] { "a", "b", "c" })
            record.Packs.Add(Kit.Some(name), new PackTimes(1_600_000_000, name == "b" ? 0 : 1_650_000_000));
        record.Write(state, Kit.Repository, now: 1_800_000_000);
        return state.Files.Values.Single();
    }

    static Func<byte[]>? DecodeVerified(byte[] bytes)
    {
        var record = VerificationRecord.Decode(bytes, Kit.Repository);
        return () =>
        {
            var state = new MemoryStateFolder();
            record.Write(state, Kit.Repository, now: long.MaxValue);
            return state.Files.Values.Single();
        };
    }

    static FuzzTarget Spooled() => new("spooled-session", FuzzSeeds.With("spooled-session", SpooledBodies()))
    {
        Decode = bytes => Again(SpooledSession.Decode(bytes), session => session.Encode()),
    };

    static IEnumerable<byte[]> SpooledBodies()
    {
        var ledgers = FuzzSeeds.BodiesUnderIndexKey(ObjectType.Ledger, "spooled-session");
        foreach (var (ledger, info) in ledgers.Zip(FuzzSeeds.SnapshotBodies("spooled-session")))
        {
            var text = new ByteWriter();
            foreach (var part in (byte[][])[ledger, info])
            {
                text.U32((uint)part.Length);
                text.Bytes(part);
            }
            yield return text.ToArray();
        }
    }

    static FuzzTarget Drills() => new("drills", FuzzSeeds.With("drills", [Drilled()])) { Decode = DecodeDrills };

    static FuzzTarget DrillsSummed() => new("drills-summed", FuzzSeeds.With("drills-summed", [Drilled()[..^32]]))
    {
        Decode = bytes => DecodeDrills(bytes) is { } encode ? () => encode()[..^32] : null,
        Wrap = body => [.. body, .. SHA256.HashData([.. Kit.Repository.AsSpan(), .. body])],
    };

    static byte[] Drilled()
    {
        var (state, record) = (new MemoryStateFolder(), DrillRecord.Begin(new SeededRandom(1)));
        foreach (var name in new[] { "a", "b" })
        {
            var source = record.Of(new Bytes32(Kit.HashOf(name)));
            (source.Next, source.Owed) = (5, 6);
            source.Drills.Add(new DrillMark(1_700_000_000, 1UL << 60, IsGood: true));
            source.Drills.Add(new DrillMark(1_700_086_400, DrillArc.Everything, IsGood: false));
        }
        record.Write(state, Kit.Repository);
        return state.Files.Values.Single();
    }

    static Func<byte[]>? DecodeDrills(byte[] bytes)
    {
        var record = DrillRecord.Decode(bytes, Kit.Repository);
        return () =>
        {
            var state = new MemoryStateFolder();
            record.Write(state, Kit.Repository);
            return state.Files.Values.Single();
        };
    }
}
