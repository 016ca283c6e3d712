using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.Engine.Crypto;
using Cairn.Engine.Chunking;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Envelopes;

/// <summary>The repository's descriptor, <c>cairn.json</c> (docs/format.md, section 13).</summary>
public sealed record Descriptor
{
    public const int DefaultPackBytes = 16 << 20;
    public const int PackBytesMin = 1 << 20;
    const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    const string LeaseFeature = "lease";
    const string SignatureLine = "  \"signature\": \"";

    public required RepositoryId Id { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required SigningPublicKey Admin { get; init; }
    public required SealingPublicKey Restore { get; init; }
    public required ChunkerParameters Chunking { get; init; }

    /// <summary>The size packs are filled to.</summary>
    public required int PackBytes { get; init; }

    /// <summary>How long every object is locked; null if none is.</summary>
    public LeasePolicy? Lease { get; init; }

    static ReadOnlySpan<byte> Context => "cairn/1 descriptor"u8;

    public byte[] Encode(Signer admin)
    {
        var signed = Encoding.ASCII.GetBytes(SignedText());
        var signature = new byte[Signer.SignatureSize];
        admin.Sign([.. Context, .. signed], signature);
        return WithSignature(signed, signature);
    }

    public static Descriptor Decode(ReadOnlySpan<byte> bytes)
    {
        var (descriptor, signature) = Parse(bytes);
        var signed = Encoding.ASCII.GetBytes(descriptor.SignedText());
        if (!bytes.SequenceEqual(WithSignature(signed, signature)))
            throw new FormatViolationException(FailureKind.Framing, "it is not in canonical form");
        if (descriptor.Id != descriptor.Admin.ToRepositoryId())
            throw new FormatViolationException(FailureKind.Name, "its id is not that of its admin key");
        if (!SignatureVerifier.Verify(descriptor.Admin, [.. Context, .. signed], signature))
            throw new FormatViolationException(FailureKind.Signature, "its signature is wrong");
        return descriptor;
    }

    string SignedText() => string.Create(CultureInfo.InvariantCulture, $$"""
        {
          "cairn": "repository",
          "format": 1,
          "id": "{{Id}}",
          "created": "{{Created.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}}",
          "admin": "{{Admin}}",
          "restore": "{{Restore}}",
          "chunking": {{ChunkingText()}},
          "packs": { "size": {{PackBytes}} },
        {{LeaseLine()}}  "requires": [{{(Lease is null ? "" : $"\"{LeaseFeature}\"")}}],

        """);

    // Whoever does not know it could write what nobody protects, so it is a feature that must be known.
    string LeaseLine() => Lease is { } lease
        ? string.Create(CultureInfo.InvariantCulture, $$"""
              "lease": { "mode": "{{ModeText(lease.Mode)}}", "days": {{lease.Days}}, "slack": {{lease.SlackDays}} },

            """)
        : "";

    static string ModeText(ObjectLockMode mode) => mode == ObjectLockMode.Compliance ? "compliance" : "governance";

    string ChunkingText() =>
        $$"""{ "minimum": {{Chunking.Minimum}}, "average": {{Chunking.Average}}, "maximum": {{Chunking.Maximum}} }""";

    static byte[] WithSignature(byte[] signed, byte[] signature) =>
        [.. signed, .. Encoding.ASCII.GetBytes($"{SignatureLine}{Convert.ToHexStringLower(signature)}\"\n}}\n")];

    static (Descriptor, byte[] Signature) Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes.ToArray());
            var root = document.RootElement;
            RequireSupported(root);
            var chunking = root.GetProperty("chunking");
            var descriptor = new Descriptor
            {
                Id = new RepositoryId(Hex(root, "id", RepositoryId.Size)),
                Created = DateTimeOffset.ParseExact(
                    root.GetProperty("created").GetString()!, TimeFormat, CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
                Admin = new SigningPublicKey(Hex(root, "admin", SigningPublicKey.Size)),
                Restore = new SealingPublicKey(Hex(root, "restore", SealingPublicKey.Size)),
                Chunking = ChunkerParameters.TryCreate(
                    chunking.GetProperty("minimum").GetInt64(), chunking.GetProperty("average").GetInt64(),
                    chunking.GetProperty("maximum").GetInt64()) ?? throw Violation("its chunking parameters"),
                PackBytes = root.GetProperty("packs").GetProperty("size").GetInt32(), Lease = ParseLease(root),
            };
            if (descriptor.PackBytes is < PackBytesMin or > Limits.PackBytes)
                throw Violation("its pack size");
            return (descriptor, Hex(root, "signature", Signer.SignatureSize));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or System.FormatException or ArgumentException)
        {
            throw new FormatViolationException(FailureKind.Framing, $"it is not a descriptor: {e.Message}");
        }
    }

    static LeasePolicy? ParseLease(JsonElement root)
    {
        if (!root.TryGetProperty("lease", out var lease))
            return null;
        var mode = lease.GetProperty("mode").GetString() switch
        {
            "governance" => ObjectLockMode.Governance,
            "compliance" => ObjectLockMode.Compliance,
            _ => throw Violation("its mode of locks"),
        };
        var policy = new LeasePolicy(
            mode, lease.GetProperty("days").GetInt32(), lease.GetProperty("slack").GetInt32());
        return policy.IsValid ? policy : throw Violation("how long its objects are locked");
    }

    // Read before anything else, so that a newer format is told from damage.
    static void RequireSupported(JsonElement root)
    {
        var format = root.GetProperty("format").GetInt32();
        if (format > ObjectHeader.FormatVersion)
            throw new FormatViolationException(
                FailureKind.Unsupported, $"the repository has format {format}, which needs a newer version of Cairn");
        foreach (var feature in root.GetProperty("requires").EnumerateArray()
            .Where(feature => feature.GetString() != LeaseFeature))
            throw new FormatViolationException(
                FailureKind.Unsupported,
                $"the repository requires \"{feature}\", which needs a newer version of Cairn");
    }

    static byte[] Hex(JsonElement root, string name, int length)
    {
        var bytes = Convert.FromHexString(root.GetProperty(name).GetString()!);
        return bytes.Length == length ? bytes : throw Violation($"the length of \"{name}\"");
    }

    static FormatViolationException Violation(string what) => new(FailureKind.Framing, $"{what} is not allowed");
}
