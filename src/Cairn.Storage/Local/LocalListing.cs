using Cairn.Engine.Storage;
using Cairn.Storage.Disks;

namespace Cairn.Storage.Local;

/// <summary>
/// Walks directories in the ordinal order of keys. Blocking: it runs on the disk's threads. What vanishes meanwhile
/// is left out; what was there from before until after is always given.
/// </summary>
sealed class LocalListing(string root, IDiskOperations disk)
{
    /// <summary>Names of one directory held in memory at a time.</summary>
    public int NamesAtOnceMax { get; init; } = 1 << 16;

    public IEnumerable<ObjectInfo> Walk(string prefix)
    {
        string? last = null;
        bool hasMore;
        do
        {
            (var names, hasMore) = ReadNames(prefix, last);
            foreach (var name in names)
            {
                last = name;
                foreach (var info in Describe(prefix + name))
                    yield return info;
            }
        }
        while (hasMore);
    }

    // Directories carry their slash while they are sorted, for "a/x" comes behind "a-b" and "a.b".
    (IReadOnlyList<string> Names, bool HasMore) ReadNames(string prefix, string? after)
    {
        var directory = root + "/" + prefix;
        var smallest = new SmallestNames(NamesAtOnceMax, after);
        try
        {
            disk.ReadDirectory(directory, name =>
            {
                if (TemporaryNames.IsOne(name.Name))
                    return;
                var kind = name.Kind == DiskKind.Unknown
                    ? disk.Stat(directory + name.Name)?.Kind ?? DiskKind.Other
                    : name.Kind;
                smallest.Add(kind == DiskKind.Directory ? name.Name + "/" : name.Name);
            });
        }
        catch (DiskException e) when (e.Code is Errno.NoEntry or Errno.NotDirectory)
        {
            return ([], false);
        }
        return smallest.Take();
    }

    IEnumerable<ObjectInfo> Describe(string name)
    {
        if (name[^1] == '/')
            return ObjectKey.IsPrefix(name) ? Walk(name) : [new ObjectInfo(default, Size: 0, ForeignName: name)];
        if (disk.Stat(root + "/" + name) is not { } facts)
            return [];
        return facts.Kind == DiskKind.File && ObjectKey.TryParse(name, out var key)
            ? [new ObjectInfo(key, facts.Size, facts.Modified)]
            : [new ObjectInfo(default, facts.Size, facts.Modified, ForeignName: name)];
    }
}
