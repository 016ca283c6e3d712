using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;

namespace Cairn.Engine.Snapshots;

/// <summary>The tags that count: those of the records in <c>retired/</c> if there are any, else those of the
/// snapshot.</summary>
static class SnapshotTags
{
    /// <summary>The snapshot with these tags, and what prevents reading them.</summary>
    public static (SnapshotInfo Snapshot, ObjectProblem? Problem) Apply(
        Repository repository, SealedTagRegister register, SnapshotInfo snapshot)
    {
        var records = register.Of(snapshot.Name.Hash);
        if (records.Count == 0)
            return (snapshot, null);
        var tags = new List<string>();
        foreach (var record in records)
        {
            try
            {
                tags.AddRange(Open(repository, record));
            }
            catch (FormatViolationException e)
            {
                var problem = new ObjectProblem(
                    record.Key.Value, e.Kind, IsForeign: false,
                    $"{record.Key}: the tags of snapshot {snapshot.ShortId} cannot be read: {e.Message}");
                return (snapshot with { HasUnreadableTags = true }, problem);
            }
        }
        return (snapshot with { Tags = [.. TagTextCodec.Sort(tags)] }, null);
    }

    static IReadOnlyList<string> Open(Repository repository, SealedTags record)
    {
        if (!repository.RequireSecrets().Epochs.TryGetValue(record.Epoch, out var keys))
            throw new FormatViolationException(
                FailureKind.WrongKey, $"they are sealed to epoch {record.Epoch}, which this key does not open");
        return TagTextCodec.Open(record.Box.Span, keys.RestoreSecret);
    }
}
