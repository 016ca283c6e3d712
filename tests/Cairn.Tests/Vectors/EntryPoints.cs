using System.Text;
using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Engine.Snapshots;
using Cairn.Vectors;
using Cairn.Vectors.Scenarios;

namespace Cairn.Tests.Vectors;

/// <summary>Which parts of the engine read what a vector holds. Each writes what it releases, as soon as it has
/// it.</summary>
static partial class EntryPoints
{
    public static IReadOnlyList<(string Name, Func<StringBuilder, Task> Read)> Of(Vector vector) =>
        vector.Decoder switch
    {
        "varint" or "svarint" => [("ByteReader", Number(vector, ReadNumber)), ("PieceReader", Number(vector,
            ReadPieceNumber))],
        "padding" => [("Padding", Now(released => ShowPadding(vector, released)))],
        "name" => [("ObjectNames", Now(released => released.Append(PartsOfName(vector.Name!))))],
        "keys" or "blob-id" or "keyed-name" or "one-time-key" or "chunking" or "chunking-secrets" =>
            [("Crypto", Now(released => released.Append(Derived(vector))))],
        "passphrase" => [("PassphraseKey", Now(released => released.Append(OfPassphrase(vector))))],
        "recovery-key" => [("RecoveryKey", Now(released =>
        {
            using var key = RecoveryKey.Parse(vector.Field("text"));
            released.Append(Show.Secret(key));
        }))],
        "tag-texts" => [("TagTextCodec", Now(released =>
            released.Append(string.Concat(TagTextCodec.Decode(vector.Object!).Select(tag => $"tags {tag}\n")))))],
        "leaf" => LeafReaders(vector),
        "upper" => [("UpperPiece", Now(released =>
            released.Append(Show.Upper(UpperPiece.Decode(vector.Object!, int.Parse(vector.Field("level")))))))],
        "extent-list" => [("ExtentList", Now(released =>
            released.Append(Show.Extents(ExtentList.Decode(vector.Object!, int.Parse(vector.Field("level")))))))],
        "descriptor" => DescriptorReaders(vector),
        "pack" => PackReaders(vector),
        "unlock" => [("RepositoryOpener", released => UnlockAsync(vector, released))],
        "repository" => [("RepositoryOpener", released => ReadRepositoryAsync(vector, released))],
        _ => ObjectReaders(vector),
    };

    static Func<StringBuilder, Task> Now(Action<StringBuilder> read) => released =>
    {
        read(released);
        return Task.CompletedTask;
    };

    static Func<StringBuilder, Task> Number(Vector vector, Func<byte[], ulong> read) => Now(released =>
    {
        var value = read(vector.Object!);
        released.Append(vector.Decoder == "varint" ? $"{value}\n" : $"{Varint.UnZigZag(value)}\n");
    });

    static ulong ReadNumber(byte[] bytes)
    {
        var reader = new ByteReader(bytes);
        var value = reader.VarintAtMost(ulong.MaxValue);
        reader.RequireEnd();
        return value;
    }

    static ulong ReadPieceNumber(byte[] bytes)
    {
        var reader = new PieceReader(bytes);
        var value = reader.Varint("number");
        if (!reader.IsAtEnd)
            PieceReader.Refuse("bytes are left over");
        return value;
    }

    static void ShowPadding(Vector vector, StringBuilder released)
    {
        foreach (var length in vector.Field("lengths").Split(' ').Select(long.Parse))
            released.Append($"{length} {Padding.PaddedLength(length)}\n");
    }

    static string PartsOfName(string text)
    {
        var key = new ObjectKey(text);
        if (key == ObjectNames.Descriptor)
            return "descriptor\n";
        if (ObjectNames.TryParsePack(key, out var pack))
            return $"pack {pack}\n";
        if (ObjectNames.TryParseLedger(key, out var host, out var ledger))
            return $"ledger {host} {ledger.Ulid} {ledger.Hash}\n";
        if (ObjectNames.TryParseSnapshot(key, out var snapshot))
            return $"snapshot {snapshot.Host} {snapshot.Ulid} {snapshot.Ledger} {snapshot.Hash}\n";
        string[] dated = [ObjectNames.Epochs, ObjectNames.Keys, ObjectNames.Hosts, ObjectNames.Index,
            ObjectNames.Moves, ObjectNames.Retired];
        foreach (var prefix in dated)
            if (ObjectNames.TryParseDated(prefix, key, out var name))
                return $"{prefix[..^1]} {name.Ulid} {name.Hash}\n";
        throw new FormatViolationException(FailureKind.Name, "it is foreign");
    }

    static string Derived(Vector vector)
    {
        using var seed = SecretKey.CopyFrom(Convert.FromHexString(vector.Field("seed")));
        using var keys = EpochKeys.Derive(seed, vector.Decoder == "keys" ? uint.Parse(vector.Field("domain")) : 0);
        return vector.Decoder switch
        {
            "keys" => Show.Keys(keys),
            "blob-id" => BlobIds(keys, Encoding.ASCII.GetBytes(vector.Field("text").Replace("\\n", "\n"))),
            "keyed-name" => $"{KeyedName.Of(keys.Shared.Index, vector.Field("text"))}\n",
            "one-time-key" => OneTimeKeys(keys, vector),
            "chunking" => Cuts(keys, vector),
            _ => KeyScenarios.Secrets(),
        };
    }

    static string BlobIds(EpochKeys keys, byte[] content)
    {
        using var hasher = new BlobIdHasher(keys.Shared.BlobId);
        return string.Concat(Enumerable.Range(0, 3).Select(kind => $"{kind} {hasher.Hash((byte)kind, content)}\n"));
    }

    static string OneTimeKeys(EpochKeys keys, Vector vector)
    {
        var text = new StringBuilder();
        foreach (var line in vector.Content.TrimEnd('\n').Split('\n'))
        {
            var purpose = line[(line.IndexOf(' ') + 1)..];
            var key = new byte[KeyDerivation.KeySize];
            KeyDerivation.ForObject(keys.Shared.Index, Convert.FromHexString(vector.Field("salt")), purpose, key);
            text.Append($"{Convert.ToHexStringLower(key)} {purpose}\n");
        }
        return text.ToString();
    }

    static string Cuts(EpochKeys keys, Vector vector)
    {
        var parameters = vector.Field("parameters").Split(' ').Select(int.Parse).ToArray();
        var source = vector.Field("data").Split(' ');
        var data = KeyScenarios.Data(
            source[0] == "zeros" ? null : ulong.Parse(source[1]), int.Parse(vector.Field("length")));
        return Show.Cuts(keys.Shared.Chunking, parameters[0], parameters[1], parameters[2], data);
    }

    static string OfPassphrase(Vector vector)
    {
        var salt = new PassphraseSalt(Convert.FromHexString(vector.Field("salt")));
        var parameters = PassphraseParameters.TryCreate(
            salt, ulong.Parse(vector.Field("memory")), ulong.Parse(vector.Field("passes")), PassphraseParameters.Lanes);
        using var key = PassphraseKey.Derive(Encoding.UTF8.GetBytes(vector.Field("passphrase")), parameters!);
        return Show.Secret(key);
    }

    static (string, Func<StringBuilder, Task>)[] LeafReaders(Vector vector) =>
    [
        ("LeafPiece", Now(released => released.Append(Show.Leaf(LeafPiece.Decode(vector.Object!))))),
        ("LeafCursor", Now(released =>
        {
            var cursor = new LeafCursor(vector.Object);
            while (cursor.Read() != LeafRecord.End)
            {
            }
            // The cursor vouches for nothing before the end of the piece.
            released.Append(vector.Content);
        })),
    ];
}
