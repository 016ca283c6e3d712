using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Testing.State;

namespace Cairn.Tests.Indexing;

public class BlobIndexDamageTests
{
    const int BlobsPerPack = 12;
    const int Shared = 4;
    const int Blobs = 2 * BlobsPerPack - Shared;

    readonly MemoryStateFolder _whole = new();
    readonly Dictionary<int, PackTable> _packs = [];
    readonly IndexModel _model = new();

    public BlobIndexDamageTests()
    {
        using var index = BlobIndex.Open(_whole, TestPacks.Repository);
        for (var i = 0; i < 2; i++)
        {
            var blobs = Enumerable.Range(i * (BlobsPerPack - Shared), BlobsPerPack).Select(n => (long)n);
            var table = TestPacks.Make(i, [.. blobs]);
            _packs.Add(i, table);
            _model.Packs.Add(table.Name, table);
            index.Absorb(TestPacks.ObjectOf(i), [table]);
            index.Commit();
        }
        Assert.Equal(2, _whole.Files.Count);
    }

    [Fact]
    public void No_damaged_byte_of_any_file_ever_makes_a_wrong_answer()
    {
        var detected = 0;
        foreach (var (name, bytes) in _whole.Files)
        {
            for (var at = 0; at < bytes.Length; at++)
            {
                var folder = _whole.Copy(name);
                folder.Files[name][at] ^= (byte)(1 << at % 8);
                detected += IsDetectedAndHealed(folder, $"byte {at} of {name}") ? 1 : 0;
            }
        }
        // Nothing in these files is without meaning: every page is needed by some answer.
        Assert.Equal(_whole.Files.Values.Sum(bytes => bytes.Length), detected);
    }

    [Fact]
    public void No_zeroed_or_exchanged_page_ever_makes_a_wrong_answer()
    {
        var (first, second) = (_whole.Files.Values.First(), _whole.Files.Values.Last());
        Assert.Equal(first.Length, second.Length);
        for (var page = 0; page < first.Length / 4096; page++)
        {
            var zeroed = _whole.Copy(_whole.Files.Keys.First());
            zeroed.Files.Values.First().AsSpan(page * 4096, 4096).Clear();
            Assert.True(IsDetectedAndHealed(zeroed, $"page {page} zeroed"));
            var exchanged = _whole.Copy(_whole.Files.Keys.First());
            second.AsSpan(page * 4096, 4096).CopyTo(exchanged.Files.Values.First().AsSpan(page * 4096));
            Assert.True(IsDetectedAndHealed(exchanged, $"page {page} of the other file"));
            var shifted = _whole.Copy(_whole.Files.Keys.First());
            var neighbour = first.AsSpan((page == 0 ? 1 : page - 1) * 4096, 4096);
            neighbour.CopyTo(shifted.Files.Values.First().AsSpan(page * 4096));
            Assert.True(IsDetectedAndHealed(shifted, $"page {page} is its neighbour"));
        }
    }

    [Fact]
    public void Verify_finds_damage_in_pages_that_were_good_when_first_touched()
    {
        using var index = BlobIndex.Open(_whole, TestPacks.Repository);
        index.Verify(TestContext.Current.CancellationToken);
        _whole.Files.Values.First()[5000] ^= 1;
        Assert.Throws<IndexDamagedException>(() => index.Verify(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Compaction_does_not_carry_damage_along()
    {
        var bytes = _whole.Files.Values.First();
        bytes[^5000] ^= 1;
        using var index = BlobIndex.Open(_whole, TestPacks.Repository);
        Assert.Throws<IndexDamagedException>(index.Compact);
        Assert.Single(_whole.Files);
    }

    /// <summary>Asks everything; each answer must be right, and after an alarm a new opening must heal all.</summary>
    bool IsDetectedAndHealed(MemoryStateFolder folder, string what)
    {
        var detected = false;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            using var index = BlobIndex.Open(folder, TestPacks.Repository);
            detected |= index.Absorbed.Count < _packs.Count;
            foreach (var (number, table) in _packs)
                index.Absorb(TestPacks.ObjectOf(number), [table]);
            try
            {
                foreach (var (name, table) in _model.Packs)
                {
                    Assert.True(index.TryFindPack(name, out var pack), what);
                    AssertFacts(index, pack, table, what);
                }
                for (var i = 0; i < Blobs + 5; i++)
                    AssertFound(index, TestPacks.IdOf(i), i, what);
                return detected;
            }
            catch (IndexDamagedException)
            {
                detected = true;
            }
        }
        Assert.Fail($"{what}: not healed");
        return false;
    }

    static void AssertFacts(BlobIndex index, PackNumber pack, PackTable table, string what)
    {
        var facts = index.GetPack(pack);
        Assert.True(facts.PackSize == table.PackSize && facts.RowCount == table.Rows.Length, what);
        Assert.True(facts.Keys[0].SealedBox.Span.SequenceEqual(table.Keys[0].SealedBox.Span), what);
        for (var row = 0; row < table.Rows.Length; row++)
            Assert.True(index.GetRow(pack, row) == table.Rows[row], what);
    }

    static void AssertFound(BlobIndex index, BlobId id, int number, string what)
    {
        var expected = (number < BlobsPerPack ? 1 : 0) + (number is >= BlobsPerPack - Shared and < Blobs ? 1 : 0);
        var all = index.FindAll(id);
        Assert.True(all.Count == expected, what);
        Assert.True(index.TryFind(id, out _) == expected > 0, what);
        foreach (var location in all)
            Assert.True(index.GetRow(location.Pack, location.Row).Id == id, what);
    }
}
