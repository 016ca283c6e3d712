using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Tests.Indexing;

namespace Cairn.Tests.Operations.Prune;

/// <summary>What is lost, by ledgers and moves alone.</summary>
public class LivenessTests
{
    static readonly ObjectHash Old = TestPacks.NameOf(1);
    static readonly ObjectHash First = TestPacks.NameOf(2);
    static readonly ObjectHash Second = TestPacks.NameOf(3);

    [Theory]
    [InlineData(64, true)]
    [InlineData(64, false)]
    [InlineData(65, true)]
    [InlineData(130, true)]
    [InlineData(3, true)]
    public void All_rows_of_a_pack_were_moved_by_two_records_and_one_of_these_was_lost(int rows, bool isLast)
    {
        int[] early = [0, rows - 1];
        int[] late = [.. Enumerable.Range(1, rows - 2)];
        var moves = new[] { Move(First, early), Move(Second, late) };
        Assert.Empty(NeedsAllOf().FindLost(moves, IsThere));
        var lost = NeedsAllOf().FindLost(isLast ? moves[..1] : moves[1..], IsThere);
        Assert.Equal(PackPrefix.Of(Old), Assert.Single(lost));
    }

    [Fact]
    public void Nothing_of_it_was_moved() =>
        Assert.Equal([PackPrefix.Of(Old)], NeedsAllOf().FindLost([], IsThere));

    [Fact]
    public void What_it_was_moved_to_is_gone_too() =>
        Assert.Equal([PackPrefix.Of(Old)], NeedsAllOf().FindLost([Move(First, [0, 1])], _ => false));

    static bool IsThere(PackPrefix pack) => pack != PackPrefix.Of(Old);

    static MovedRows Move(ObjectHash to, int[] rows) => new(Old, to, rows, [.. Enumerable.Range(0, rows.Length)]);

    static Liveness NeedsAllOf()
    {
        var liveness = new Liveness();
        liveness.Add(
            new Ledger
            {
                Kind = LedgerKind.Final, Time = DateTimeOffset.UnixEpoch, Session = default, Source = default,
                Tags = [], Previous = PreviousLedger.Unknown,
                Packs = [new LedgerPack(PackPrefix.Of(Old), RowCount: 0, default)],
            },
            _ => null);
        return liveness;
    }
}
