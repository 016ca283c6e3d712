using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Google.Protobuf;

namespace Cairn.Engine.Operations.Tag;

/// <param name="Snapshot">As it was.</param>
/// <param name="Tags">Those it is to have.</param>
public sealed record TagDecision(SnapshotInfo Snapshot, IReadOnlyList<string> Tags)
{
    public bool IsChange => Snapshot.HasUnreadableTags || !Tags.ToHashSet().SetEquals(Snapshot.Tags);
}

/// <summary>Other tags for snapshots, before they have them.</summary>
public sealed class TagPlan
{
    internal TagPlan(RetiredLog retired) => Retired = retired;

    /// <summary>Ascending by time.</summary>
    public required IReadOnlyList<TagDecision> Decisions { get; init; }

    /// <summary>Snapshots that cannot be read, and so not be tagged.</summary>
    public required IReadOnlyList<ObjectProblem> Problems { get; init; }

    public IEnumerable<TagDecision> Changes => Decisions.Where(decision => decision.IsChange);

    /// <summary>What the plan was made from: a change takes the word of the records known then.</summary>
    internal RetiredLog Retired { get; }
}

/// <summary>
/// Gives snapshots other tags, by a record: they themselves are signed and never change. Tags decide what is forgotten,
/// so nobody may who may not forget; a host, which can only add, least of all.
/// </summary>
public static class TagOperation
{
    // A record is read whole, by hosts too.
    const int SnapshotsPerRecord = 100_000;

    /// <param name="choose">Those that are to be changed, of all that count.</param>
    public static async Task<TagPlan> PlanAsync(
        Repository repository, Func<IReadOnlyList<SnapshotInfo>, IEnumerable<SnapshotInfo>> choose, TagChange change,
        CancellationToken cancellationToken)
    {
        // Strictly: what cannot be read may be the tags that are to be changed, or the record to continue.
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers);
        await retired.LookAsync(repository, cancellationToken);
        var listing = await SnapshotCatalog.ListAsync(repository, retired, cancellationToken);
        var chosen = choose(listing.Snapshots).Select(snapshot => snapshot.Name).ToHashSet();
        return new TagPlan(retired)
        {
            Decisions = [.. listing.Snapshots.Where(snapshot => chosen.Contains(snapshot.Name))
                .Select(snapshot => new TagDecision(snapshot, change.Apply(snapshot.Tags)))],
            Problems = listing.Problems,
        };
    }

    /// <summary>Everybody who reads the snapshots sees these tags, from the moment this returns.</summary>
    public static async Task ExecuteAsync(Repository repository, TagPlan plan, CancellationToken cancellationToken)
    {
        var signer = repository.RequireForgetter();
        foreach (var same in plan.Changes.GroupBy(decision => decision.Tags, ListComparer))
        {
            foreach (var some in same.Select(decision => decision.Snapshot.Name.Hash).Order().Chunk(SnapshotsPerRecord))
                await RetiredRecords.PutAsync(
                    repository, plan.Retired, RecordOf(repository, plan.Retired.Tags, some, same.Key), signer,
                    cancellationToken);
        }
    }

    static RetiredRecord RecordOf(
        Repository repository, SealedTagRegister register, ObjectHash[] snapshots, IReadOnlyList<string> tags)
    {
        var epoch = repository.CurrentEpoch;
        var box = TagTextCodec.Seal(tags, epoch.Restore, repository.Environment.Random)
            ?? throw new ArgumentException("these are more tags than a snapshot can have");
        var list = new TagList { Epoch = epoch.Number, Sealed = ByteString.CopyFrom(box) };
        list.Objects.AddRange(snapshots.Select(ToBytes));
        list.Replaces.AddRange(
            snapshots.SelectMany(register.Of).Select(record => record.Record).Distinct().Order().Select(ToBytes));
        return new RetiredRecord { Tags = list };
    }

    static ByteString ToBytes(ObjectHash hash) => ByteString.CopyFrom(hash.AsSpan());

    static readonly IEqualityComparer<IReadOnlyList<string>> ListComparer =
        EqualityComparer<IReadOnlyList<string>>.Create(
            (left, right) => left!.SequenceEqual(right!), list => string.Join('\0', list).GetHashCode());
}
