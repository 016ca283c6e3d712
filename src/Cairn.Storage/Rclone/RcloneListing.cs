using System.Runtime.CompilerServices;
using Cairn.Engine.Storage;
using Cairn.Storage.Local;

namespace Cairn.Storage.Rclone;

/// <summary>
/// Lists folder by folder, so that memory holds the names of one folder on each level and never all: rclone gives what
/// it lists as one answer. In ordinal order of whole keys, to which a folder's name has its slash.
/// </summary>
sealed class RcloneListing(RcloneClient client, RcloneLocation location, RcloneErrors errors)
{
    static readonly ListOptions Names = new();

    /// <param name="prefix">Empty, or with a slash at its end.</param>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Folders still to be read, and where in each we are: no recursion, a stranger may have nested anything.
        var open = new Stack<(string Folder, List<Child> Children, int Next)>();
        open.Push((prefix, await ReadFolderAsync(prefix, cancellationToken), 0));
        while (open.TryPop(out var level))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (level.Next == level.Children.Count)
                continue;
            open.Push(level with { Next = level.Next + 1 });
            var child = level.Children[level.Next];
            var name = level.Folder + child.Name;
            if (child.IsDirectory)
                open.Push((name, await ReadFolderAsync(name, cancellationToken), 0));
            else
                yield return ObjectKey.TryParse(name, out var key)
                    ? new ObjectInfo(key, child.Size)
                    : new ObjectInfo(default, child.Size, ForeignName: name);
        }
    }

    async Task<List<Child>> ReadFolderAsync(string folder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var call = new RemoteCall(location.FileSystem, folder.TrimEnd('/'), Names);
            var answer = await client.CallAsync(
                "operations/list", call, RcloneJson.Default.RemoteCall, RcloneJson.Default.ListAnswer,
                cancellationToken);
            return Sort(answer.List ?? []);
        }
        catch (RcloneException e) when (e.IsMissing)
        {
            return [];
        }
        catch (Exception e) when (RcloneErrors.IsOurs(e, cancellationToken))
        {
            throw errors.Translate(e, key: null, "listed");
        }
    }

    static List<Child> Sort(List<FoundItem> found)
    {
        var children = new List<Child>(found.Count);
        foreach (var item in found)
        {
            if (item.Name is { Length: > 0 } name && (item.IsDirectory || !TemporaryNames.IsOne(name)))
                children.Add(new Child(item.IsDirectory ? name + "/" : name, item.Size, item.IsDirectory));
        }
        children.Sort((x, y) => string.CompareOrdinal(x.Name, y.Name));
        return children;
    }

    readonly record struct Child(string Name, long Size, bool IsDirectory);
}
