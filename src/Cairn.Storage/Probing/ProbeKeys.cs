using Cairn.Engine.Storage;

namespace Cairn.Storage.Probing;

/// <summary>Names of a probe's objects: below a folder of their own, different for every probe.</summary>
sealed class ProbeKeys
{
    public const string Folder = "probes/";

    readonly string _id = Guid.NewGuid().ToString("n");

    /// <summary>In the order of a listing: <c>-</c> sorts before <c>/</c>.</summary>
    public ObjectKey First => new($"{Folder}{_id}-first");

    public ObjectKey Second => new($"{Folder}{_id}/second");

    public ObjectKey Of(string name) => new($"{Folder}{_id}-{name}");

    public bool IsMine(ObjectInfo info) => info.Name.StartsWith(Folder + _id, StringComparison.Ordinal);
}
