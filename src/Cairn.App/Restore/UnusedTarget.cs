using Cairn.App.Interop;

namespace Cairn.App.Restore;

/// <summary>A target that this run made: if it failed before it put anything there, the empty folder goes
/// again.</summary>
/// <param name="path">Null if it was there before.</param>
sealed class UnusedTarget(byte[]? path) : IDisposable
{
    bool _isKept;

    public void Keep() => _isKept = true;

    public void Dispose()
    {
        // Only an empty one can go this way.
        if (path is not null && !_isKept)
            Libc.RemoveEmptyFolder(path);
    }
}
