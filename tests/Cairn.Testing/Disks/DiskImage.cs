namespace Cairn.Testing.Disks;

/// <summary>A file (content) or a directory (names).</summary>
sealed class DiskNode
{
    public byte[] Content { get; set; } = [];
    public SortedDictionary<string, int>? Names { get; init; }
    public required DateTimeOffset Modified { get; set; }

    public DiskNode Copy() => new()
    {
        Content = Content, Modified = Modified,
        Names = Names is null ? null : new SortedDictionary<string, int>(Names, StringComparer.Ordinal),
    };
}

/// <summary>What lies on a disk: nodes by number, of which 0 is the root. Contents are replaced, never
/// changed.</summary>
sealed class DiskImage
{
    public const int Root = 0;

    public Dictionary<int, DiskNode> Nodes { get; } = [];
    public int NextNode { get; private set; } = Root + 1;

    public static DiskImage CreateEmpty(DateTimeOffset now)
    {
        var image = new DiskImage();
        image.Nodes.Add(Root, NewDirectory(now));
        return image;
    }

    /// <summary>Without what cannot be reached from the root.</summary>
    public DiskImage Copy()
    {
        var copy = new DiskImage { NextNode = NextNode };
        var open = new Stack<int>([Root]);
        while (open.TryPop(out var number))
        {
            if (!copy.Nodes.TryAdd(number, Nodes[number].Copy()))
                continue;
            foreach (var child in Nodes[number].Names?.Values ?? Enumerable.Empty<int>())
                open.Push(child);
        }
        return copy;
    }

    public void Apply(DiskChange change, DateTimeOffset now)
    {
        switch (change)
        {
            case NameSet set:
                Make(set, now);
                NamesOf(set.Directory)[set.Name] = set.Node;
                break;
            case NameRemoved removed:
                NamesOf(removed.Directory).Remove(removed.Name);
                break;
            case NameMoved moved:
                var names = NamesOf(moved.Directory);
                // Where an earlier change was lost, the old name may lead to nothing, or to another file.
                if (names.TryGetValue(moved.From, out var node) && node == moved.Node)
                    names.Remove(moved.From);
                names[moved.To] = moved.Node;
                break;
            case Appended appended:
                var file = Nodes[appended.File];
                file.Content = [.. file.Content, .. appended.Bytes];
                file.Modified = now;
                break;
        }
    }

    /// <summary>The node comes to be even if its name is lost: a later name may lead to it.</summary>
    public void Make(NameSet set, DateTimeOffset now)
    {
        if (set.MakesDirectory)
            Nodes.Add(set.Node, NewDirectory(now));
        else if (set.MakesFile)
            Nodes.Add(set.Node, new DiskNode { Modified = now });
        NextNode = Math.Max(NextNode, set.Node + 1);
    }

    public SortedDictionary<string, int> NamesOf(int directory) => Nodes[directory].Names!;

    static DiskNode NewDirectory(DateTimeOffset now) =>
        new() { Names = new SortedDictionary<string, int>(StringComparer.Ordinal), Modified = now };
}
