using Cairn.Engine.Entries;

namespace Cairn.Engine.Operations.Verify;

/// <summary>What can be compared without reading a file.</summary>
static class EntryFacts
{
    public static VerifyChanges Compare(Entry snapshot, Entry disk)
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
                : VerifyChanges.Device);
    }

    // Names tell machines apart that number their users differently; numbers do where there are no names.
    static bool HasSameOwner(Owner snapshot, Owner disk) =>
        IsSame(snapshot.UserName, snapshot.UserId, disk.UserName, disk.UserId)
        && IsSame(snapshot.GroupName, snapshot.GroupId, disk.GroupName, disk.GroupId);

    static bool IsSame(string leftName, uint leftId, string rightName, uint rightId) =>
        leftName.Length > 0 && rightName.Length > 0 ? leftName == rightName : leftId == rightId;
}
