using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories;

/// <summary>What a record says of a snapshot's tags: a box that only the restore key of the epoch opens.</summary>
/// <param name="Record">The hash of the record.</param>
public sealed record SealedTags(ObjectHash Record, ObjectKey Key, uint Epoch, ReadOnlyMemory<byte> Box);

/// <summary>
/// Records that give snapshots other tags. A record names those whose word it takes, as it had read them: so what comes
/// later wins without an agreement of clocks, and of what two wrote at once neither is lost.
/// </summary>
public sealed class SealedTagRegister
{
    readonly Dictionary<ObjectHash, List<Entry>> _entries = [];

    /// <summary>Those that any record names.</summary>
    public IReadOnlyCollection<ObjectHash> Snapshots => _entries.Keys;

    /// <summary>The records that count for a snapshot: those whose word no other takes, ascending by their hashes. None
    /// if its tags are those that stand in it.</summary>
    public IReadOnlyList<SealedTags> Of(ObjectHash snapshot)
    {
        if (!_entries.TryGetValue(snapshot, out var entries))
            return [];
        var replaced = entries.SelectMany(entry => entry.Replaces).ToHashSet();
        return [.. entries.Select(entry => entry.Tags).Where(tags => !replaced.Contains(tags.Record))
            .OrderBy(tags => tags.Record)];
    }

    internal void Add(DatedName name, TagList list)
    {
        var key = ObjectNames.Dated(ObjectNames.Retired, name.Ulid, name.Hash);
        var entry = new Entry(
            new SealedTags(name.Hash, key, list.Epoch, list.Sealed.Memory),
            [.. list.Replaces.Select(hash => new ObjectHash(hash.Span))]);
        foreach (var hash in list.Objects)
        {
            var snapshot = new ObjectHash(hash.Span);
            if (!_entries.TryGetValue(snapshot, out var entries))
                _entries.Add(snapshot, entries = []);
            entries.Add(entry);
        }
    }

    sealed record Entry(SealedTags Tags, ObjectHash[] Replaces);
}
