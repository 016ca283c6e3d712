using System.Buffers.Binary;
using System.Diagnostics;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;
using Cairn.Tests.Indexing;

namespace Cairn.Tests.Operations.Prune;

/// <summary>
/// What prune holds of a great repository. CAIRN_PRUNE_SCALE=full takes 10 million blobs and 1,000 snapshots of all of
/// them, instead of a tenth of each.
/// </summary>
[Collection(Measured.Name)]
public sealed class LivenessScaleTests(ITestOutputHelper output)
{
    const int RowsPerPack = 32;
    const long HeldMaxOfFull = 200L << 20;

    [Fact]
    [Trait("kind", "slow")]
    public void Liveness_takes_a_bit_a_row_INV_8()
    {
        var isFull = Environment.GetEnvironmentVariable("CAIRN_PRUNE_SCALE") == "full";
        var (blobs, snapshots) = isFull ? (10_000_000, 1000) : (1_000_000, 100);
        var packs = blobs / RowsPerPack;
        var names = Enumerable.Range(0, packs).Select(number => TestPacks.NameOf(number)).Order().ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        var liveness = new Liveness();
        for (var snapshot = 0; snapshot < snapshots; snapshot++)
            liveness.Add(LedgerOf(names, snapshot), _ => RowsPerPack);
        liveness.Resolve([], _ => true);
        var unneeded = names.Count(name => !liveness.IsNeeded(name, RowsPerPack));
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{blobs} blobs, {snapshots} snapshots: {held >> 20} MiB, {clock.Elapsed.TotalSeconds:f1} s");
        // Every tenth pack is left out by all.
        Assert.Equal(packs / 10.0, unneeded, 1.0);
        Assert.InRange(held, 1, isFull ? HeldMaxOfFull : HeldMaxOfFull / 8);
        GC.KeepAlive(liveness);
    }

    /// <summary>Of nine packs in ten, some wholly and most in part, other rows in each snapshot.</summary>
    static Ledger LedgerOf(ObjectHash[] names, int snapshot)
    {
        var packs = new List<LedgerPack>(names.Length);
        var bitmap = new byte[RowsPerPack / 8];
        BinaryPrimitives.WriteUInt32LittleEndian(bitmap, 0x55555555u << (snapshot & 1) | 1u << (snapshot & 31));
        for (var pack = 0; pack < names.Length; pack++)
        {
            if (pack % 10 == 9)
                continue;
            var prefix = PackPrefix.Of(names[pack]);
            packs.Add(pack % 3 == 0
                ? new LedgerPack(prefix, RowCount: 0, default)
                : new LedgerPack(prefix, RowsPerPack, bitmap));
        }
        return new Ledger
        {
            Kind = LedgerKind.Final, Time = DateTimeOffset.UnixEpoch, Session = default, Source = default, Tags = [],
            Previous = PreviousLedger.Unknown, Packs = packs,
        };
    }
}
