using Cairn.Engine.Crypto;
using Cairn.Engine.Entries;
using Cairn.Engine.Packs;

namespace Cairn.Engine.Operations.Verify;

/// <summary>What can be compared without reading a file.</summary>
sealed class EntryFacts(BlobIdHasher hasher, VerifyOptions options)
{
    static ReadOnlySpan<byte> Trusted => "trusted."u8;

    public VerifyChanges Compare(Entry snapshot, Entry disk)
    {
        if (snapshot.Kind != disk.Kind)
            return VerifyChanges.Kind;
        // Of an ancestor only the way through it was asked for.
        var isAncestor = ((snapshot.Marks | disk.Marks) & EntryMarks.Ancestor) != 0;
        return (snapshot.Size == disk.Size ? 0 : VerifyChanges.Content)
            | (snapshot.Mode == disk.Mode ? 0 : VerifyChanges.Mode)
            | (HasSameOwner(snapshot.Owner, disk.Owner) ? 0 : VerifyChanges.Owner)
            | (snapshot.Modified == disk.Modified || isAncestor ? 0 : VerifyChanges.Modified)
            | (snapshot.LinkTarget.Span.SequenceEqual(disk.LinkTarget.Span) ? 0 : VerifyChanges.Target)
            | (snapshot.DeviceMajor == disk.DeviceMajor && snapshot.DeviceMinor == disk.DeviceMinor ? 0
                : VerifyChanges.Device)
            | (snapshot.InodeFlags == disk.InodeFlags ? 0 : VerifyChanges.Flags)
            | (HasSameAttributes(snapshot, disk) ? 0 : VerifyChanges.Attributes);
    }

    // Access control lists and file capabilities are among them.
    bool HasSameAttributes(Entry snapshot, Entry disk)
    {
        if (snapshot.Attributes.Count == 0 && disk.Attributes.Count == 0)
            return true;
        var stored = snapshot.Attributes.Where(IsSeen).ToList();
        var found = disk.Attributes.Where(IsSeen).ToList();
        return stored.Count == found.Count && stored.Zip(found).All(pair => AreSame(pair.First, pair.Second));
    }

    bool IsSeen(ExtendedAttribute attribute) =>
        options.SeesAllAttributes || !attribute.Name.Span.StartsWith(Trusted);

    bool AreSame(ExtendedAttribute stored, ExtendedAttribute found) =>
        stored.Name.Span.SequenceEqual(found.Name.Span)
        && (stored.StoredValue is { } value
            ? value.Length == found.Value.Length
                && value.Blob == hasher.Hash((byte)BlobKind.Chunk, found.Value.Span)
            : stored.Value.Span.SequenceEqual(found.Value.Span));

    // Names tell machines apart that number their users differently; numbers do where there are no names.
    static bool HasSameOwner(Owner snapshot, Owner disk) =>
        IsSame(snapshot.UserName, snapshot.UserId, disk.UserName, disk.UserId)
        && IsSame(snapshot.GroupName, snapshot.GroupId, disk.GroupName, disk.GroupId);

    static bool IsSame(string leftName, uint leftId, string rightName, uint rightId) =>
        leftName.Length > 0 && rightName.Length > 0 ? leftName == rightName : leftId == rightId;
}
