using System.Collections.Concurrent;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Snapshots;

/// <param name="Snapshots">Ascending by time.</param>
/// <param name="Problems">Objects under snapshots/ that could not be read, by name.</param>
public sealed record SnapshotListing(IReadOnlyList<SnapshotInfo> Snapshots, IReadOnlyList<ObjectProblem> Problems)
{
    /// <summary>Of revoked hosts, and on no list of accepted ones: they do not count.</summary>
    public IReadOnlyList<SnapshotName> NotAccepted { get; init; } = [];

    /// <summary>The store's own times of what was listed, by snapshot; null where it has none.</summary>
    public IReadOnlyDictionary<ObjectHash, DateTimeOffset?> StoredTimes { get; init; } =
        new Dictionary<ObjectHash, DateTimeOffset?>();
}

/// <summary>A path that a snapshot does not have.</summary>
public sealed class PathNotFoundException(string message) : Exception(message);

/// <summary>
/// The snapshots that count: neither forgotten nor with a ledger that is finally void; and those of a revoked host only
/// if a signed list accepts them, for who has its key can write any time into a name. Opening them takes the restore
/// key.
/// </summary>
public static class SnapshotCatalog
{
    public static async Task<SnapshotListing> ListAsync(Repository repository, CancellationToken cancellationToken)
    {
        repository.RequireSecrets();
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers, skipsDamaged: true);
        await retired.LookAsync(cancellationToken);
        return await ListAsync(repository, retired, cancellationToken);
    }

    /// <summary>As seen with what the log has read so far; it looks again only for what cannot be read.</summary>
    public static async Task<SnapshotListing> ListAsync(
        Repository repository, RetiredLog retired, CancellationToken cancellationToken)
    {
        repository.RequireSecrets();
        var problems = new List<ObjectProblem>();
        var names = new List<SnapshotName>();
        var notAccepted = new List<SnapshotName>();
        var stored = new Dictionary<ObjectHash, DateTimeOffset?>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Snapshots, cancellationToken))
        {
            if (info.ForeignName is not null || !ObjectNames.TryParseSnapshot(info.Key, out var name))
                problems.Add(ObjectProblem.OfForeignName(info.Name));
            else if (!IsRetired(name, retired))
            {
                (IsAccepted(name, retired, repository.Signers) ? names : notAccepted).Add(name);
                stored[name.Hash] = info.Modified;
            }
        }
        if (names.Any(name => repository.Signers.FindEnrolled(name.Host) is null))
            await repository.LearnSignersAsync(cancellationToken);
        var read = new ConcurrentQueue<SnapshotInfo>();
        var unread = new ConcurrentQueue<(SnapshotName Name, ObjectProblem Problem)>();
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Max(repository.Store.Capabilities.Concurrency, 1),
            CancellationToken = cancellationToken, TaskScheduler = repository.Environment.Threads.Scheduler,
        };
        await Parallel.ForEachAsync(names, parallel, async (name, cancellation) =>
        {
            try
            {
                read.Enqueue(await ReadAsync(repository, name, cancellation));
            }
            catch (Exception e) when (ObjectProblem.TryFrom(name.Key, e) is { } problem)
            {
                unread.Enqueue((name, problem));
            }
        });
        // A prune removes what was forgotten, also since it was listed here: that is no problem.
        if (!unread.IsEmpty)
            await retired.LookAsync(repository, cancellationToken);
        foreach (var (_, problem) in unread.Where(item => !IsRetired(item.Name, retired)))
            problems.Add(problem);
        // With all that the log knows now, so that what gives them other tags takes the word of no record unseen.
        var snapshots = new List<SnapshotInfo>();
        foreach (var (snapshot, problem) in read.Select(one => SnapshotTags.Apply(repository, retired.Tags, one)))
        {
            snapshots.Add(snapshot);
            if (problem is not null)
                problems.Add(problem);
        }
        return new SnapshotListing(
            [.. snapshots.OrderBy(snapshot => snapshot.Time).ThenBy(snapshot => snapshot.Name.Key)],
            [.. problems.OrderBy(problem => problem.Object, StringComparer.Ordinal)])
        {
            NotAccepted = notAccepted, StoredTimes = stored,
        };
    }

    /// <summary>Forgotten, or with a ledger that is finally void.</summary>
    public static bool IsRetired(SnapshotName name, RetiredLog retired) =>
        retired.Forgotten.Contains(name.Hash) || retired.Void.Contains(name.Ledger);

    /// <summary>Of a host that was not revoked, or on a list of what counts all the same.</summary>
    public static bool IsAccepted(SnapshotName name, RetiredLog retired, SignerRegistry signers) =>
        signers.FindEnrolled(name.Host) is not { Revoked: not null } || retired.Accepted.Contains(name.Hash);

    /// <summary>Reads one snapshot, which must be whole, with the tags that its host gave it.</summary>
    public static Task<SnapshotInfo> ReadAsync(
        Repository repository, SnapshotName name, CancellationToken cancellationToken) =>
        ObjectReader.ReadAsync(
            repository.Store, name.Key, name.Hash, bytes => Open(repository, name, bytes.Span), cancellationToken);

    internal static SnapshotInfo Open(Repository repository, SnapshotName name, ReadOnlySpan<byte> stored)
    {
        var head = SnapshotEnvelope.Verify(name, stored, repository.Id, repository.Signers);
        if (!repository.RequireSecrets().Epochs.TryGetValue(head.Epoch, out var keys))
            throw new FormatViolationException(
                FailureKind.WrongKey, $"it is sealed to epoch {head.Epoch}, which this key does not open");
        return SnapshotCodec.Decode(name, SnapshotEnvelope.Open(stored, repository.Id, keys.RestoreSecret));
    }
}
