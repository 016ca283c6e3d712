using Cairn.Engine.Sources;

namespace Cairn.Files.Restoring;

/// <summary>A directory that a restore fills, or makes a mirror of.</summary>
public interface ITreeTarget : IRestoreTarget, IMirrorTarget
{
    /// <summary>Whether nothing is in it yet.</summary>
    bool IsEmpty();
}
