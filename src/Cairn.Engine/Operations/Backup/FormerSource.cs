using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Sources;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Backup;

/// <param name="Device">Of the file system that the directory lay on.</param>
/// <param name="Children">How many entries were right in it.</param>
/// <param name="StillThere">How many of these are there now, as the asker says.</param>
public sealed record FormerRoot(ulong Device, long Children, long StillThere);

/// <summary>
/// The previous snapshot of a source, as the local copy of its manifest has it: for whoever wonders whether what is
/// there now can be all.
/// </summary>
public sealed class FormerSource : IDisposable
{
    // Fewer come and go for good reasons.
    const ulong EntriesMin = 100;
    const ulong ShareLeftMin = 10;

    readonly LocalManifest _manifest;

    FormerSource(LocalManifest manifest) => _manifest = manifest;

    /// <summary>Null if there is no local copy, or a damaged one.</summary>
    public static FormerSource? TryOpen(Repository repository, IStateFolder state, string source) =>
        LocalManifest.TryOpen(state, repository.Id, KeyOf(repository, source)) is { } manifest
            ? new FormerSource(manifest)
            : null;

    /// <summary>
    /// Whether there was a former snapshot of which nothing is known here any more: the copy is damaged; or there is
    /// none of any source, though this host has snapshots in the repository, whose sources it cannot read.
    /// </summary>
    public static async Task<bool> IsLostAsync(
        Repository repository, IStateFolder state, string source, CancellationToken cancellationToken)
    {
        if (state.List().Contains(LocalManifest.NameOf(KeyOf(repository, source))))
            return true;
        if (LocalManifest.SnapshotsOf(state, repository.Id).Any())
            return false;
        var host = repository.RequireHost().Id;
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Snapshots, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParseSnapshot(info.Key, out var name) && name.Host == host)
                return true;
        }
        return false;
    }

    /// <summary>Null if the snapshot had no such directory.</summary>
    /// <param name="path">Absolute, but not the root.</param>
    /// <param name="isThere">Whether a name is in the directory now.</param>
    public FormerRoot? FindRoot(ReadOnlySpan<byte> path, Func<ReadOnlySpan<byte>, bool> isThere)
    {
        const byte fileClass = 0;
        var inner = path[1..];
        var slash = inner.LastIndexOf((byte)'/');
        var cursor = _manifest.OpenCursor();
        if (!cursor.TryAdvanceTo(fileClass, slash < 0 ? default : inner[..slash], inner[(slash + 1)..])
            || cursor.Current.Record.Kind != EntryKind.Directory)
            return null;
        var (device, children, stillThere) = (cursor.Current.Stamp.Device, 0L, 0L);
        // No entry has the empty name: this only goes to where its block begins.
        cursor.TryAdvanceTo(fileClass, inner, name: default);
        while (cursor.MoveNext() && cursor.Class == fileClass && cursor.Directory.SequenceEqual(inner))
        {
            // It was not there the last time either.
            if ((cursor.Current.Record.Marks & EntryMarks.Kept) != 0)
                continue;
            children++;
            if (isThere(cursor.Current.Record.Name))
                stillThere++;
        }
        return new FormerRoot(device, children, stillThere);
    }

    public void Dispose() => _manifest.Dispose();

    /// <exception cref="SourceCollapsedException">Less than a tenth is left.</exception>
    internal static void RefuseCollapse(LocalManifest? former, long vanished)
    {
        if (former is null || former.EntryCount < EntriesMin)
            return;
        var left = former.EntryCount - (ulong)vanished;
        if (left * ShareLeftMin < former.EntryCount)
            throw new SourceCollapsedException(
                $"of the {former.EntryCount} entries of the previous snapshot only {left} are there any more");
    }

    static Bytes32 KeyOf(Repository repository, string source) =>
        new(KeyedName.Of(repository.Shared.Index, source).AsSpan());
}
