using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.App.Access;

/// <summary>How commands that read see a store: as it was if somebody asks, and what authenticates.</summary>
sealed class ReadingView
{
    readonly AppEnvironment _environment;
    readonly AccessOptions _options;

    ReadingView(AppEnvironment environment, AccessOptions options)
    {
        _environment = environment;
        _options = options;
    }

    /// <summary>The store last opened through this; null where it has no versions.</summary>
    public AuthenticStore? Authentic { get; private set; }

    /// <exception cref="RefusedException">The past is asked for, and the store keeps none.</exception>
    public static async Task<ReadingView> CreateAsync(
        AppEnvironment environment, AccessOptions options, CancellationToken cancellationToken)
    {
        if (options.AsOf is not null)
        {
            await using var store = new RepositoryAccess(environment, options).OpenStore(createRoot: false);
            if (!await store.KeepsVersionsAsync(cancellationToken))
            {
                // Before that is blamed: whether there is a repository at all.
                await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
                throw NoPast(store);
            }
        }
        return new ReadingView(environment, options);
    }

    public IObjectStore Of(IObjectStore store)
    {
        var versions = store.Versions;
        store = _options.AsOf is { } time
            ? new PastStore(store, versions ?? throw NoPast(store), time)
            : StoreAccess.Prefetching(store, OpeningPlans.Reading, _environment.Time);
        return versions is null ? store : Authentic = new AuthenticStore(store, versions, key =>
            _environment.Events.Notice(
                $"{key} was hidden or overwritten by somebody: an older version that is what it should be is read. "
                + "Look at it with: cairn recover --dry-run"));
    }

    static RefusedException NoPast(IObjectStore store) => new(
        $"{store.Location} keeps no versions, so it cannot be seen as it was",
        "snapshots of a time are named with @TIME: cairn restore @2026-01-31");
}
