using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Testing;

namespace Cairn.Vectors;

/// <summary>
/// The world of one scenario: the keys that all scenarios share, a clock that stands still, and random bytes that
/// follow from the scenario's name.
/// </summary>
public sealed class Kit(string scenario)
{
    public static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static SecretKey Seed { get; } = SecretOf("seed of epoch 0");
    public static SecretKey NextSeed { get; } = SecretOf("seed of epoch 1");
    public static EpochKeys Keys { get; } = EpochKeys.Derive(Seed);
    public static EpochKeys NextKeys { get; } = EpochKeys.Derive(NextSeed);
    public static Signer Host { get; } = new(SecretOf("host"));
    public static Signer OtherHost { get; } = new(SecretOf("other host"));
    public static Signer Maintainer { get; } = new(SecretOf("maintainer"));
    public static Signer Stranger { get; } = new(SecretOf("stranger"));
    public static Signer Admin => Keys.AdminSigner;
    public static RepositoryId Repository { get; } = Admin.PublicKey.ToRepositoryId();
    public static EnvelopeKeys Envelope { get; } = new(Repository, Keys.Shared.Index);
    public static BlobIdHasher Hasher { get; } = new(Keys.Shared.BlobId);

    /// <summary>What a reader is given besides the object: all keys follow from the seed.</summary>
    public static (string, string)[] World { get; } =
    [
        ("seed", Seed.AsSpan().ToArray().Hex()),
        ("host", Host.PublicKey.ToString()),
        ("host", OtherHost.PublicKey.ToString()),
        ("maintainer", Maintainer.PublicKey.ToString()),
    ];

    public SeededRandom Random { get; } = new(BitConverter.ToUInt64(HashOf(scenario)));

    public EngineEnvironment Environment => new(new StandingClock(), Random, BufferPool.Shared);

    public Ulid NewUlid() => Ulid.New(new StandingClock(), Random);

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes($"cairn vectors {text}"));

    /// <summary>Stands for the hash of some object.</summary>
    public static ObjectHash Some(string text) => new(HashOf(text));

    /// <summary>Hashes in ascending order.</summary>
    public static ObjectHash[] SomeAscending(int count, string text = "one of several") =>
        [.. Enumerable.Range(0, count).Select(i => Some($"{text} {i}")).Order()];

    public static SecretKey SecretOf(string text) => SecretKey.CopyFrom(HashOf(text));

    public static string NameOf(string prefix, Ulid ulid, byte[] stored) =>
        ObjectNames.Dated(prefix, ulid, ObjectWriter.HashOf(stored)).Value;

    sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
