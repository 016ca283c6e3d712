namespace Cairn.Engine.Indexing;

/// <summary>Walks the packs of several inputs in the order of their keys, equal ones next to each other.</summary>
static class PackMerge
{
    public readonly record struct Item(int Input, int Pack, PackKey Key);

    public static IEnumerable<Item> Walk(IReadOnlyList<IPackSequence> inputs)
    {
        var next = new int[inputs.Count];
        var heads = new PackKey[inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
            Load(i);
        while (true)
        {
            var least = -1;
            for (var i = 0; i < heads.Length; i++)
            {
                if (next[i] < inputs[i].PackCount && (least < 0 || heads[i].CompareTo(heads[least]) < 0))
                    least = i;
            }
            if (least < 0)
                yield break;
            yield return new Item(least, next[least], heads[least]);
            next[least]++;
            Load(least);
        }

        void Load(int input)
        {
            if (next[input] < inputs[input].PackCount)
                heads[input] = inputs[input].KeyOf(next[input]);
        }
    }
}
