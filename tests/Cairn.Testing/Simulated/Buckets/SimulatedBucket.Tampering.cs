using Cairn.Engine.Primitives;

namespace Cairn.Testing.Simulated.Buckets;

/// <summary>What no request can do: the eye and the hand of the test, and of a failing disk.</summary>
public sealed partial class SimulatedBucket
{
    /// <summary>All versions of a name, the oldest first; of every name without one.</summary>
    public IReadOnlyList<ObjectVersion> Versions(string? key = null)
    {
        lock (_lock)
            return key is null
                ? [.. _names.SelectMany(name => _versions[name])]
                : [.. _versions.GetValueOrDefault(key) ?? []];
    }

    /// <summary>Other bytes under the same name, version, lock, ETag and checksum.</summary>
    public void Corrupt(string key, string versionId, Func<byte[], byte[]> damage)
    {
        lock (_lock)
        {
            var version = Find(key, versionId);
            Invariant.That(version is { IsDeleteMarker: false });
            Replace(version, version with
            {
                Content = damage([.. version.Content]), Hashed = version.Hashed ?? version.Content,
            });
            Log.Note($"corrupted {version}");
        }
    }

    /// <summary>A version is lost, locked or not.</summary>
    public void Lose(string key, string versionId)
    {
        lock (_lock)
        {
            var version = Find(key, versionId);
            Invariant.That(version is not null);
            Remove(version);
            Log.Note($"lost {version}");
        }
    }
}
