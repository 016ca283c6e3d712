using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Tests.Vectors;
using Cairn.Vectors;

namespace Cairn.Tests.Fuzzing;

/// <summary>
/// What mutations start from: the vectors, good and bad, what stands in them below their seals, and the inputs of
/// Corpus/, which earlier campaigns found to be answered in a way of their own.
/// </summary>
static class FuzzSeeds
{
    static readonly string Root = Path.Combine(SourceFile.Root, "vectors");
    static readonly string Corpus = Path.Combine(SourceFile.Root, "tests", "Cairn.Tests", "Fuzzing", "Corpus");

    const int SnapshotOverhead = 128 + 4 + 16 + 64;

    public static World World { get; } = new(new Vector
    {
        Scenario = "", Decoder = "", Expect = "", Rules = [], Comment = "", Fields = Kit.World,
    });

    public static IReadOnlyList<Vector> Vectors { get; } =
    [
        .. Directory.EnumerateFiles(Root, "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => Vector.Parse(File.ReadAllText(path))),
    ];

    /// <summary>The objects of all vectors of a decoder that are short enough to mutate quickly.</summary>
    public static IReadOnlyList<byte[]> Of(string decoder, string target) =>
        With(target, Vectors.Where(vector => vector.Decoder == decoder).Select(vector => vector.Object!));

    /// <summary>What the vectors of an object under the index key have below the seal, where that opens.</summary>
    public static IReadOnlyList<byte[]> BodiesUnderIndexKey(ObjectType type, string target) =>
        Bodies(type, target, stored => IndexEnvelope.Open(type, stored, World.Envelope, World.Signers).Body);

    public static IReadOnlyList<byte[]> PlainBodies(ObjectType type, string target) =>
        Bodies(type, target, stored => PlainEnvelope.Open(type, stored, World.Repository, World.Signers).Body);

    public static IReadOnlyList<byte[]> SnapshotBodies(string target) =>
        Bodies(ObjectType.Snapshot, target, stored => stored.Length > SnapshotOverhead
            ? SnapshotEnvelope.Open(stored, World.Repository, World.Keys.RestoreSecret)
            : throw new FormatViolationException(FailureKind.Framing, "it has no body"));

    /// <summary>Together with the inputs of the corpus.</summary>
    public static IReadOnlyList<byte[]> With(string target, IEnumerable<byte[]> seeds)
    {
        var file = Path.Combine(Corpus, $"{target}.txt");
        var kept = File.Exists(file)
            ? File.ReadLines(file).Select(line => Convert.FromHexString(line.Split(' ')[0]))
            : [];
        return [.. seeds.Concat(kept).Where(seed => seed.Length <= Mutator.LengthMax)];
    }

    static IReadOnlyList<byte[]> Bodies(ObjectType type, string target, Func<byte[], ReadOnlyMemory<byte>> open)
    {
        var bodies = new List<byte[]>();
        foreach (var vector in Vectors.Where(vector => vector.Decoder == Scenario.DecoderOf(type)))
        {
            try
            {
                bodies.Add(open(vector.Object!).ToArray());
            }
            catch (FormatViolationException)
            {
                // Its failure lies above the body.
            }
        }
        return With(target, bodies);
    }
}
