using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Push;

/// <summary>
/// A snapshot object whose ledger was announced and looked for: written down before it is sent. A push that is killed
/// then is, as far as the protocol is concerned, a frozen one that goes on.
/// </summary>
sealed record OutgoingSnapshot(Ulid Session, SnapshotName Name, ReadOnlyMemory<byte> Stored)
{
    ObjectKey Key => new($"{FolderOf(Session)}{Name.Key.Value[Name.Key.Value.LastIndexOf('/')..].TrimStart('/')}");

    /// <summary>Null if there is none, or it was cut short while it was written.</summary>
    public static async Task<OutgoingSnapshot?> TryFindAsync(
        IObjectStore spool, Repository repository, Ulid session, CancellationToken cancellationToken)
    {
        var host = repository.RequireHost().Id;
        await foreach (var info in spool.ListAsync(FolderOf(session), cancellationToken))
        {
            if (info.ForeignName is not null
                || !ObjectNames.TryParseSnapshot(
                    new ObjectKey($"{ObjectNames.Snapshots}{host}/{info.Key.Value[FolderOf(session).Length..]}"),
                    out var name))
                continue;
            var stored = await ObjectReader.ReadAsync(spool, info.Key, name.Hash, bytes => bytes, cancellationToken);
            return new OutgoingSnapshot(session, name, stored);
        }
        return null;
    }

    public Task WriteAsync(IObjectStore spool, CancellationToken cancellationToken) =>
        spool.PutAsync(Key, [Stored], PutOptions.Hot, cancellationToken);

    public Task DeleteAsync(IObjectStore spool, CancellationToken cancellationToken) =>
        spool.DeleteAsync(Key, cancellationToken);

    /// <summary>
    /// Those of sessions that are gone. Not in the run that removed the session: a power cut could bring that back, and
    /// it would be committed a second time.
    /// </summary>
    public static async Task SweepAsync(
        IObjectStore spool, IReadOnlySet<Ulid> sessions, CancellationToken cancellationToken)
    {
        var old = new List<ObjectKey>();
        await foreach (var info in spool.ListAsync(SpoolNames.Outgoing, cancellationToken))
        {
            if (info.ForeignName is null && !sessions.Any(
                session => info.Key.Value.StartsWith(FolderOf(session), StringComparison.Ordinal)))
                old.Add(info.Key);
        }
        foreach (var key in old)
            await spool.DeleteAsync(key, cancellationToken);
    }

    static string FolderOf(Ulid session) => $"{SpoolNames.Outgoing}{session}/";
}
