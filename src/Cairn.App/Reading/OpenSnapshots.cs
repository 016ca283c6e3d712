using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Reading;

/// <summary>A repository opened for reading, with its index at hand. Owns all of it.</summary>
sealed class OpenSnapshots : IAsyncDisposable
{
    readonly OpenRepository _open;
    readonly LocalState _state;

    OpenSnapshots(OpenRepository open, LocalState state, ReadSession session, string host)
    {
        _open = open;
        _state = state;
        Session = session;
        Host = host;
    }

    public ReadSession Session { get; }

    /// <summary>This machine's name in the repository.</summary>
    public string Host { get; }

    public static async Task<OpenSnapshots> OpenAsync(
        AppEnvironment environment, AccessOptions options, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, options);
        var open = await access.OpenForReadingAsync(cancellationToken);
        LocalState? state = null;
        try
        {
            state = await LocalState.TakeAsync(environment, open.Repository.Id, mayUsePrivate: true, cancellationToken);
            var session = await ReadSession.OpenAsync(open.Repository, state.Folder, cancellationToken);
            return new OpenSnapshots(open, state, session, access.HostNameFor(open.Repository));
        }
        catch
        {
            state?.Dispose();
            await open.DisposeAsync();
            throw;
        }
    }

    public async Task<SnapshotInfo> FindAsync(
        SnapshotReference reference, string? host, UseCaseEvents events, CancellationToken cancellationToken)
    {
        var listing = await SnapshotCatalog.ListAsync(_open.Repository, cancellationToken);
        foreach (var problem in listing.Problems)
            events.Notice(problem.Message);
        var found = await SnapshotFinder.FindAsync(
            listing.Snapshots, reference, host ?? Host,
            snapshot => HasPathAsync(snapshot, reference.Path, cancellationToken));
        if (SnapshotFinder.DescribeChoice(listing.Snapshots, reference, found) is { } choice)
            events.Notice(choice);
        return found;
    }

    async Task<bool> HasPathAsync(
        SnapshotInfo snapshot, ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        try
        {
            await SnapshotPath.FindAsync(Session, snapshot, path, cancellationToken);
            return true;
        }
        catch (PathNotFoundException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Session.Dispose();
        _state.Dispose();
        await _open.DisposeAsync();
    }
}
