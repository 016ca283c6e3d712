using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>Stops a walk before it begins if a source is not there, or is a directory that cannot be listed.</summary>
static unsafe class SourceCheck
{
    public static void EnsurePresent(SourceNode root, FileDescriptor rootDirectory)
    {
        if (root.IsSource)
            return; // the walk opens it first of all
        foreach (var node in root.Children)
            EnsurePresent(node, rootDirectory, PathBuilder.Child([], node.Name));
    }

    static void EnsurePresent(SourceNode node, FileDescriptor parent, byte[] path)
    {
        var name = stackalloc byte[CName.BufferSize];
        if (!CName.TryTerminate(node.Name, new Span<byte>(name, CName.BufferSize)))
            throw Missing(node, path, -Errno.NameTooLong);
        Statx stat;
        var error = Libc.StatAt(parent.Number, name, 0, Libc.StatxForIdentity, &stat);
        if (error < 0)
            throw Missing(node, path, error);
        if (!stat.IsDirectory)
        {
            if (node.Children.Count > 0)
                throw Missing(node.Children[0], PathBuilder.Child(path, node.Children[0].Name), -Errno.NotDirectory);
            return;
        }
        var descriptor = Libc.OpenAt(
            parent.Number, name, Libc.DirectoryOnly | (node.IsSource ? Libc.ReadOnly : Libc.PathOnly));
        if (descriptor < 0)
            throw Missing(node, path, descriptor);
        using var directory = new FileDescriptor(descriptor);
        foreach (var child in node.Children)
            EnsurePresent(child, directory, PathBuilder.Child(path, child.Name));
    }

    // Names the source that is meant, also if it is a directory above it that is missing.
    static SourceMissingException Missing(SourceNode node, byte[] path, int error)
    {
        while (!node.IsSource)
        {
            node = node.Children[0];
            path = PathBuilder.Child(path, node.Name);
        }
        var shown = PathText.Show(path);
        return new SourceMissingException(-error is Errno.NoEntry or Errno.NotDirectory
            ? $"The source /{shown} does not exist."
            : $"The source /{shown} cannot be read: {Errno.Describe(error)}.");
    }
}
