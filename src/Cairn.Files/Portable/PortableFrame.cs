using Cairn.Files.Walking;

namespace Cairn.Files.Portable;

/// <summary>A directory still to be listed.</summary>
/// <param name="Path">From the root, without a leading slash.</param>
/// <param name="System">The same for .NET; empty for the root above the drives of Windows.</param>
/// <param name="Real">Without links, where links are followed.</param>
sealed record PortableFrame(
    byte[] Path, string System, string? Real, SourceNode? Node, bool IsAncestor, PortableFrame? Parent)
{
    /// <summary>Whether a directory is this one or one of those above it.</summary>
    public bool IsWithin(string real)
    {
        for (var frame = this; frame is not null; frame = frame.Parent)
        {
            if (string.Equals(frame.Real, real, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    public bool IsNamed(ReadOnlySpan<byte> name) => Node?.Find(name) is not null;
}
