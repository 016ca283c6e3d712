using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.App.Access;

/// <summary>
/// How commands see a bucket that must not be stopped by what somebody put on top of it, or hid: below all that.
/// </summary>
sealed class OriginalsView
{
    readonly string? _descriptor;

    OriginalsView(string? descriptor) => _descriptor = descriptor;

    /// <summary>The store last opened through this, below what was put on top.</summary>
    public OriginalsStore? Originals { get; private set; }

    /// <summary>The same as everybody sees it.</summary>
    public IObjectStore? Plain { get; private set; }

    /// <summary>
    /// Null where the store keeps no versions; whether there is a repository at all is then for who opens it.
    /// </summary>
    /// <param name="access">Without a view of its own.</param>
    public static async Task<OriginalsView?> TryCreateAsync(
        RepositoryAccess access, CancellationToken cancellationToken)
    {
        await using var store = access.OpenStore(createRoot: false);
        return await store.KeepsVersionsAsync(cancellationToken)
            ? new OriginalsView(await FindDescriptorAsync(access, store, cancellationToken))
            : null;
    }

    public IObjectStore Of(IObjectStore store)
    {
        Plain = store;
        return Originals = new OriginalsStore(
            store, Invariant.NotNull(store.Versions), ObjectNames.Descriptor)
        {
            DescriptorVersion = _descriptor,
        };
    }

    /// <summary>
    /// Of several descriptors with good signatures the one of a repository that this machine has a credential for, else
    /// the oldest; whether it is the right one shows when the key opens it. Null if there is none: opening says so.
    /// </summary>
    static async Task<string?> FindDescriptorAsync(
        RepositoryAccess access, IObjectStore store, CancellationToken cancellationToken)
    {
        var found = await AuthenticVersions.FindDescriptorsAsync(
            Invariant.NotNull(store.Versions), cancellationToken);
        foreach (var (version, descriptor) in found)
        {
            using var host = access.Credentials.TryRead(descriptor.Id);
            using var maintainer = access.Credentials.TryReadMaintainer(descriptor.Id);
            if (host is not null || maintainer is not null)
                return version;
        }
        return found.Count > 0 ? found[0].Version : null;
    }
}
