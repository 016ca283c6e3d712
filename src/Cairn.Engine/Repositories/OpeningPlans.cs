using Cairn.Engine.Formats;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.Engine.Repositories;

/// <summary>
/// What is read in any case when a repository is opened (<see cref="RepositoryOpener"/>) and in the first look. Index
/// objects are listed only, since most are known already, and behind <c>retired/</c>: whatever tells that a pack was
/// deleted came behind the index object of what replaced it.
/// </summary>
public static class OpeningPlans
{
    static readonly PrefetchStep[] Epochs = [new(ObjectNames.Epochs, IncludesObjects: true)];
    static readonly PrefetchStep[] Hosts = [new(ObjectNames.Hosts, IncludesObjects: true)];
    static readonly PrefetchStep[] Retired =
        [new(ObjectNames.Retired, IncludesObjects: true), new(ObjectNames.Index, IncludesObjects: false)];

    // Snapshots are not opened before the key is derived, which takes longer than these round trips.
    static readonly PrefetchStep[] Keys =
        [new(ObjectNames.Keys, IncludesObjects: true), new(ObjectNames.Snapshots, IncludesObjects: true)];

    /// <summary>With the key, to find and read a snapshot.</summary>
    public static readonly PrefetchPlan Reading = new(Keys, Epochs, Hosts, Retired);

    /// <summary>With a host's credential, to back up.</summary>
    public static readonly PrefetchPlan BackingUp = new(Epochs, Hosts, Retired);
}
