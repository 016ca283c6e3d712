using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.State;
using Cairn.Engine.Storage;
using Cairn.Storage.State;

namespace Cairn.App.Reading;

/// <summary>A repository opened for reading, with its index at hand. Owns all of it.</summary>
sealed class OpenSnapshots : IAsyncDisposable
{
    readonly OpenRepository _open;
    readonly LocalState _state;

    OpenSnapshots(OpenRepository open, LocalState state, ReadSession session, string host, IStateFolder records)
    {
        _open = open;
        _state = state;
        Session = session;
        Host = host;
        Records = records;
    }

    public ReadSession Session { get; }

    /// <summary>Objects of which another version than the newest was read, so far.</summary>
    public Func<IReadOnlyCollection<ObjectKey>> Replaced { get; private init; } = () => [];

    /// <summary>This machine's name in the repository.</summary>
    public string Host { get; }

    /// <summary>
    /// Where it is remembered what was verified when. The machine's state also where the run works with a state of its
    /// own: it is replaced whole, and what one of two runs at once would take back is only that the other looked.
    /// </summary>
    public IStateFolder Records { get; }

    public static async Task<OpenSnapshots> OpenAsync(
        AppEnvironment environment, AccessOptions options, CancellationToken cancellationToken)
    {
        var view = await ReadingView.CreateAsync(environment, options, cancellationToken);
        var access = new RepositoryAccess(environment, options) { View = view.Of };
        var open = await access.OpenForReadingAsync(cancellationToken);
        LocalState? state = null;
        try
        {
            // What was known of the repository since would not fit to what it was then.
            state = options.AsOf is null
                ? await LocalState.TakeAsync(
                    environment, open.Repository.Id, mayUsePrivate: true, cancellationToken)
                : LocalState.CreatePrivate(environment, open.Repository.Id);
            var session = await ReadSession.OpenAsync(open.Repository, state.Folder, cancellationToken);
            // A look into the past says nothing of what is there today.
            var records = options.AsOf is null
                ? new FileStateFolder(environment.Paths.StateOf(open.Repository.Id), environment.Time)
                : state.Folder;
            return new OpenSnapshots(open, state, session, access.HostNameFor(open.Repository), records)
            {
                Replaced = () => view.Authentic?.Replaced ?? [],
            };
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
        var listing = await SnapshotCatalog.ListAsync(_open.Repository, Session.Retired, cancellationToken);
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
