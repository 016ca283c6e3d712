using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Tests.Indexing;

/// <summary>What the index must answer, kept the plain way.</summary>
sealed class IndexModel
{
    public Dictionary<ObjectHash, PackTable> Packs { get; } = [];
    public HashSet<ObjectHash> Excluded { get; } = [];

    public HashSet<(ObjectHash Pack, int Row)> Find(BlobId id)
    {
        var found = new HashSet<(ObjectHash, int)>();
        foreach (var (name, table) in Packs)
        {
            for (var row = 0; row < table.Rows.Length && !Excluded.Contains(name); row++)
            {
                if (table.Rows[row].Id == id)
                    found.Add((name, row));
            }
        }
        return found;
    }

    public void AssertSame(BlobIndex index, IEnumerable<BlobId> ids, string context)
    {
        foreach (var id in ids)
        {
            var expected = Find(id);
            var all = index.FindAll(id);
            var actual = all.Select(at => (index.GetPack(at.Pack).Name, at.Row)).ToHashSet();
            Assert.True(expected.SetEquals(actual) && all.Count == actual.Count, $"{context}: {id} lies elsewhere");
            Assert.True(index.TryFind(id, out var location) == expected.Count > 0, $"{context}: {id} is known or not");
            if (expected.Count > 0)
                Assert.Contains((index.GetPack(location.Pack).Name, location.Row), expected);
        }
        var packs = index.EnumeratePacks().ToList();
        Assert.True(
            packs.Select(pack => index.GetPack(pack).Name).SequenceEqual(Packs.Keys.Order()),
            $"{context}: other packs");
        foreach (var pack in packs)
            AssertPack(index, pack, Packs[index.GetPack(pack).Name], context);
    }

    public static void AssertPack(BlobIndex index, PackNumber number, PackTable table, string context)
    {
        var facts = index.GetPack(number);
        Assert.True(facts.Name == table.Name, context);
        Assert.Equal((table.Kind, table.PackSize, table.BlobsOffset), (facts.Kind, facts.PackSize, facts.BlobsOffset));
        Assert.Equal(table.Authors, facts.Authors);
        Assert.Equal(table.Keys.Select(Text), facts.Keys.Select(Text));
        Assert.Equal(table.Rows.Length, facts.RowCount);
        var offset = table.BlobsOffset;
        for (var row = 0; row < table.Rows.Length; row++)
        {
            Assert.True(table.Rows[row] == index.GetRow(number, row), $"{context}: row {row} differs");
            Assert.Equal(offset, index.GetOffset(number, row));
            offset += table.Rows[row].StoredLength;
        }

        static string Text(SealedPackKey key) => $"{key.Suite} {key.Epoch} {Convert.ToHexString(key.SealedBox.Span)}";
    }
}
