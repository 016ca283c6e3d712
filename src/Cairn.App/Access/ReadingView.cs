using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.App.Access;

/// <summary>How commands that read see a store: as it was if somebody asks, and what authenticates.</summary>
sealed class ReadingView(AppEnvironment environment, AccessOptions options)
{
    /// <summary>The store last opened through this; null where it has no versions.</summary>
    public AuthenticStore? Authentic { get; private set; }

    public IObjectStore Of(IObjectStore store)
    {
        var versions = store.Versions;
        if (options.AsOf is { } time)
            store = new PastStore(store, versions ?? throw new RefusedException(
                $"{store.Location} keeps no versions, so it cannot be seen as it was",
                "snapshots of a time are named with @TIME: cairn restore @2026-01-31"), time);
        return versions is null ? store : Authentic = new AuthenticStore(store, versions, key =>
            environment.Events.Notice(
                $"{key} was hidden or overwritten by somebody: an older version that is what it should be is read. "
                + "Look at it with: cairn recover --dry-run"));
    }
}
