using Cairn.Engine.Primitives;

namespace Cairn.Testing.Simulated.Buckets;

/// <summary>
/// A bucket of S3 in memory, as exact as Cairn needs it: README.md says what it can do to you and what it leaves out.
/// Every member is one request of one caller, atomic, in the order of arrival; refusals are
/// <see cref="S3Exception"/>. Any thread may call. Nothing in it is random and no time passes but the clock's.
/// </summary>
/// <param name="clock">The server's clock; that of a caller may be another.</param>
public sealed partial class SimulatedBucket(TimeProvider clock, BucketOptions? options = null)
{
    readonly Lock _lock = new();
    readonly SortedSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Versions of each name, the oldest first. No list is empty.</summary>
    readonly Dictionary<string, List<ObjectVersion>> _versions = new(StringComparer.Ordinal);

    /// <summary>How often something of a name was deleted, for the 409 of conditional PUTs.</summary>
    readonly Dictionary<string, int> _deletions = new(StringComparer.Ordinal);

    BucketOptions _options = Checked(options ?? new BucketOptions());
    long _operations;
    long _versionsMade;

    public TimeProvider Clock => clock;
    public DateTimeOffset Now => clock.GetUtcNow();
    public RequestLog Log { get; } = new();

    /// <summary>Set anew when its administrator changes the bucket. What is stored keeps its locks.</summary>
    public BucketOptions Options
    {
        get
        {
            lock (_lock)
                return _options;
        }
        set
        {
            lock (_lock)
            {
                Invariant.That(value.HasObjectLock || !_options.HasObjectLock);
                Invariant.That(value.HasVersions || !_options.HasVersions || _names.Count == 0);
                _options = Checked(value);
            }
        }
    }

    T Request<T>(Caller caller, string operation, string name, Func<T> carryOut)
    {
        lock (_lock)
        {
            var number = ++_operations;
            try
            {
                var answer = carryOut();
                Log.Request(number, caller, operation, name, "done");
                return answer;
            }
            catch (S3Exception e)
            {
                Log.Request(number, caller, operation, name, e.Message);
                throw;
            }
        }
    }

    static void Demand(bool allowed)
    {
        if (!allowed)
            throw S3Errors.AccessDenied();
    }

    ObjectVersion? Current(string key) => _versions.TryGetValue(key, out var versions) ? versions[^1] : null;

    bool Exists(string key) => Current(key) is { IsDeleteMarker: false };

    /// <summary>The version that a request means, marker or not; without an id the current one.</summary>
    ObjectVersion? Find(string key, string? versionId) =>
        versionId is null
            ? Current(key)
            : _versions.GetValueOrDefault(key)?.Find(version => version.VersionId == versionId);

    ObjectVersion NewVersion(string key, string writer) =>
        new()
        {
            Key = key,
            VersionId = _options.HasVersions
                ? SeededDraws.For(seed: 0, "version", ++_versionsMade).NextUInt64().ToString("x16")
                : "null",
            LastModified = ServerTime.WholeSeconds(Now),
            Writer = writer,
            Operation = _operations,
        };

    void Append(ObjectVersion version)
    {
        if (!_options.HasVersions || !_versions.TryGetValue(version.Key, out var versions))
            _versions[version.Key] = versions = [];
        versions.Add(version);
        _names.Add(version.Key);
    }

    void Remove(ObjectVersion version)
    {
        var versions = _versions[version.Key];
        versions.Remove(version);
        _deletions[version.Key] = _deletions.GetValueOrDefault(version.Key) + 1;
        if (versions.Count > 0)
            return;
        _versions.Remove(version.Key);
        _names.Remove(version.Key);
    }

    void Replace(ObjectVersion old, ObjectVersion changed)
    {
        var versions = _versions[old.Key];
        versions[versions.IndexOf(old)] = changed;
    }

    static BucketOptions Checked(BucketOptions options)
    {
        options.Validate();
        return options;
    }
}
