using Cairn.Engine.Formats;

namespace Cairn.Engine.Repositories.Writing;

/// <summary>The packs of a ledger from what a session needs.</summary>
public static class LedgerPacks
{
    public static LedgerPack[] Of(NeedSet needs)
    {
        var packs = needs.Packs().Select(needs.Select).OrderBy(pack => pack.Prefix).ToList();
        // Two packs with one prefix: a prefix counts as naming both, so naming all rows of either covers them.
        for (var i = packs.Count - 1; i > 0; i--)
        {
            if (packs[i].Prefix != packs[i - 1].Prefix)
                continue;
            packs[i - 1] = new LedgerPack(packs[i].Prefix, RowCount: 0, default);
            packs.RemoveAt(i);
        }
        return [.. packs];
    }
}
