using System.Text;
using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Testing;
using static Cairn.Vectors.Scenario;

namespace Cairn.Vectors.Scenarios;

/// <summary>Sections 4 and 11: what follows from keys, and where content is cut.</summary>
static class KeyScenarios
{
    static readonly string Seed = Kit.Seed.AsSpan().ToArray().Hex();

    public static IEnumerable<Vector> All() => [.. Derivations(), .. Recovery(), .. Chunkings()];

    static IEnumerable<Vector> Derivations() =>
    [
        Computed("keys/epoch-0", "keys", "4-derivation 4-repository-id 4-signer-id",
            "All that follows from a seed, domain 0.",
            KeysOf(0), ("seed", Seed), ("domain", "0")),
        Computed("keys/domain-3", "keys", "4-derivation", "The same seed in domain 3.", KeysOf(3), ("seed", Seed),
            ("domain", "3")),
        Computed("keys/blob-ids", "blob-id", "4-blob-id", "The same content as chunk, extent list and manifest piece.",
            string.Concat(Enumerable.Range(0, 3).Select(kind =>
                $"{kind} {Kit.Hasher.Hash((byte)kind, "hello, cairn\n"u8)}\n")),
            ("seed", Seed), ("text", "hello, cairn\\n")),
        Computed("keys/keyed-name", "keyed-name", "4-keyed-name", "The name of a source as ledgers have it.",
            $"{KeyedName.Of(Kit.Keys.Shared.Index, "home")}\n", ("seed", Seed), ("text", "home")),
        Computed("keys/one-time-keys", "one-time-key", "4-one-time-key", "One-time keys of objects.",
            OneTimeKeys(), ("seed", Seed), ("salt", Kit.HashOf("salt").Hex())),
        Computed("keys/passphrase", "passphrase", "4-passphrase",
            "Argon2id with 8 MiB and one pass, and the public key.",
            PassphraseOf("correct horse", 8192, 1), ("passphrase", "correct horse"),
            ("salt", Kit.HashOf("salt")[..16].Hex()), ("memory", "8192"), ("passes", "1")),
        Computed("keys/passphrase-not-ascii", "passphrase", "4-passphrase", "UTF-8 as typed: not normalised.",
            PassphraseOf("Zo\u0065\u0308", 8192, 2), ("passphrase", "Zo\u0065\u0308"),
            ("salt", Kit.HashOf("salt")[..16].Hex()), ("memory", "8192"), ("passes", "2")),
    ];

    public static string KeysOf(uint domain)
    {
        using var keys = EpochKeys.Derive(Kit.Seed, domain);
        return Show.Keys(keys);
    }

    static string OneTimeKeys()
    {
        string[] purposes = ["index", "ledger", "moves", "retired", "host", "pack table"];
        return string.Concat(purposes.Select(purpose =>
        {
            var key = new byte[32];
            KeyDerivation.ForObject(Kit.Keys.Shared.Index, Kit.HashOf("salt"), purpose, key);
            return $"{key.Hex()} {purpose}\n";
        }));
    }

    static string PassphraseOf(string passphrase, ulong memory, ulong passes)
    {
        var salt = new PassphraseSalt(Kit.HashOf("salt").AsSpan(0, 16));
        using var key = PassphraseKey.Derive(
            Encoding.UTF8.GetBytes(passphrase), PassphraseParameters.TryCreate(salt, memory, passes, 1)!);
        return Show.Secret(key);
    }

    static IEnumerable<Vector> Recovery()
    {
        using var key = new SealingKey(Kit.SecretOf("recovery"));
        var text = RecoveryKey.Print(key);
        var content = Show.Secret(key);
        yield return Typed("printed", Success, "As it is printed.", text, content);
        yield return Typed("lower-case", Success, "In lower case.", text.ToLowerInvariant(), content);
        yield return Typed("without-dashes", Success, "Without dashes.", text.Replace("-", ""), content);
        yield return Typed("spaces", Success, "Spaces in place of dashes.", text.Replace('-', ' '), content);
        yield return Typed("look-alikes", Success, "O for 0 and L for 1.", text.Replace('0', 'o').Replace('1', 'l'),
            content);
        yield return Typed("letter-missing", Framing, "The last letter is missing.", text[..^1], "");
        yield return Typed("letter-too-many", Framing, "A letter too many.", text + "0", "");
        yield return Typed("wrong-letter", Framing, "The checksum does not fit.",
            text[..^1] + (text[^1] == '0' ? '2' : '0'), "");
        yield return Typed("foreign-letter", Framing, "U is in no recovery key.", text[..^1] + "U", "");
    }

    static Vector Typed(string name, string expect, string comment, string text, string content) => new()
    {
        Scenario = $"recovery-key/{name}", Decoder = "recovery-key", Expect = expect, Rules = ["4-recovery"],
        Comment = comment, Content = content, Fields = [("text", text)],
    };

    static IEnumerable<Vector> Chunkings() =>
    [
        Chunking("random-small", 4096, 16_384, 65_536, 1, 1_000_000, "Random data, small chunks."),
        Chunking("random-default", 262_144, 1_048_576, 4_194_304, 2, 8_000_000, "Random data, the default parameters."),
        Chunking("repeating", 4096, 16_384, 65_536, null, 200_000, "Zeros: every chunk is as long as it may be."),
        Chunking("shorter-than-minimum", 4096, 16_384, 65_536, 3, 4095, "One chunk, below the minimum."),
        Chunking("nothing", 4096, 16_384, 65_536, 3, 0, "No data, no chunk."),
        Computed("chunking/secrets", "chunking-secrets", "11-secrets",
            "SHA-256 of the Gear table; the cut key; the piece key; SipHash under the piece key.", Secrets(),
                ("seed", Seed)),
    ];

    public static string Secrets()
    {
        using var gear = KeyDerivation.Expand(Kit.Keys.Shared.Chunking, "gear", 2048);
        using var cut = KeyDerivation.Expand(Kit.Keys.Shared.Chunking, "cut", 16);
        using var piece = KeyDerivation.Expand(Kit.Keys.Shared.Chunking, "piece", 16);
        using var cutter = new PieceCutter(Kit.Keys.Shared.Chunking);
        return $"gear {Show.Content(gear.AsSpan())}\ncut {cut.AsSpan().ToArray().Hex()}\n"
            + $"piece {piece.AsSpan().ToArray().Hex()}\nsiphash {cutter.Hash("\0home/ada\0letter"u8):x16}\n";
    }

    static Vector Chunking(string name, int minimum, int average, int maximum, ulong? seed, int length, string comment)
    {
        var data = Data(seed, length);
        return Computed(
            $"chunking/{name}", "chunking", "11-cuts", comment,
                Show.Cuts(Kit.Keys.Shared.Chunking, minimum, average, maximum, data),
            ("seed", Seed), ("parameters", $"{minimum} {average} {maximum}"),
            ("data", seed is { } value ? $"splitmix64 {value}" : "zeros"), ("length", $"{length}"));
    }

    public static byte[] Data(ulong? seed, int length) =>
        seed is { } value ? new SeededRandom(value).Bytes(length) : new byte[length];
}
