using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Storage.Disks;

namespace Cairn.Storage.Local;

/// <summary>
/// A directory of a local or mounted file system. A key is the path below it, so any tool can copy the repository.
/// Several processes, also on several machines, may use it at once.
/// </summary>
public sealed class LocalStore : IObjectStore
{
    const int ConcurrencyMax = 64;
    const int ListPageSize = 512;

    readonly string _root;
    readonly LocalStoreOptions _options;
    readonly IDiskOperations _disk;
    readonly LocalWriter _writer;
    readonly DiskScheduler _scheduler;

    /// <param name="root">Absolute path.</param>
    /// <param name="location">How the user wrote it.</param>
    public LocalStore(string root, string location, LocalStoreOptions options, IDiskOperations? disk = null)
    {
        Invariant.That(root.StartsWith('/'));
        Invariant.That(options.Concurrency is >= 1 and <= ConcurrencyMax);
        _root = root.Length > 1 ? root.TrimEnd('/') : root;
        _options = options;
        _disk = disk ?? PosixDisk.Instance;
        _writer = new LocalWriter(new LocalDirectories(_root, options.CreateRoot, _disk), _disk);
        _scheduler = new DiskScheduler(options.Concurrency);
        Location = location;
        Capabilities = new StoreCapabilities
        {
            ListsWhatWasWritten = true,
            Concurrency = options.Concurrency,
            HasCheapRanges = true,
        };
    }

    public string Location { get; }

    public StoreCapabilities Capabilities { get; }

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        options.Lock is null
            ? RunAsync(() => _writer.Put(key, PathOf(key), content), key, "stored", cancellationToken)
            : Task.FromException<PutOutcome>(PutOptions.NoLocks(key, Location));

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        RunAsync(() => Read(key, range, maxBytes), key, "read", cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        RunAsync(() => Stat(key), key, "looked at", cancellationToken);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Invariant.That(ObjectKey.IsPrefix(prefix));
        using var walk = new LocalListing(_root, _disk).Walk(prefix).GetEnumerator();
        var page = await RunAsync(() => FirstPage(walk), key: null, "listed", cancellationToken);
        while (true)
        {
            foreach (var info in page)
                yield return info;
            if (page.Count < ListPageSize)
                yield break;
            page = await RunAsync(() => NextPage(walk), key: null, "listed", cancellationToken);
        }
    }

    /// <summary>
    /// Not synced: after a power cut the object may be back, which every deletion must bear anyway (the maintainer
    /// lists what its deletion list still names).
    /// </summary>
    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        RunAsync(() => Delete(key), key, "deleted", cancellationToken);

    /// <summary>
    /// Removes what killed writers left below a prefix, however young. For who knows that nobody writes there: a writer
    /// that lives fails.
    /// </summary>
    public Task RemoveLeftoversAsync(string prefix, CancellationToken cancellationToken)
    {
        Invariant.That(ObjectKey.IsPrefix(prefix));
        return RunAsync(
            () =>
            {
                LocalLeftovers.Remove($"{_root}/{prefix}".TrimEnd('/'), _disk);
                return true;
            },
            key: null, "tidied", cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _scheduler.Dispose();
        return ValueTask.CompletedTask;
    }

    PooledBuffer Read(ObjectKey key, ByteRange range, int maxBytes)
    {
        using var file = TryOpen(key);
        if (file?.Stat() is not { Kind: DiskKind.File } facts)
            throw new StoreException(StoreErrorKind.NotFound, $"{key}: there is no such object in {Location}", key);
        var slice = ObjectSlice.Of(key, facts.Size, range, maxBytes);
        var buffer = BufferPool.Shared.Rent(slice.Length);
        var isWhole = false;
        try
        {
            var read = file.Read(buffer.Span, slice.Offset);
            isWhole = read == slice.Length;
            return isWhole
                ? buffer
                : throw new StoreException(
                    StoreErrorKind.RangeNotSatisfiable,
                    $"{key}: ended after {read} of {slice.Length} bytes: it was cut short while it was read", key);
        }
        finally
        {
            if (!isWhole)
                buffer.Dispose();
        }
    }

    IDiskFile? TryOpen(ObjectKey key)
    {
        try
        {
            return _disk.OpenRead(PathOf(key));
        }
        catch (DiskException e) when (e.Code is Errno.NoEntry or Errno.NotDirectory)
        {
            return null;
        }
    }

    ObjectInfo? Stat(ObjectKey key) =>
        _disk.Stat(PathOf(key)) is { Kind: DiskKind.File } facts
            ? new ObjectInfo(key, facts.Size, facts.Modified)
            : null;

    bool Delete(ObjectKey key)
    {
        try
        {
            if (Stat(key) is not null)
                _disk.Unlink(PathOf(key));
        }
        catch (DiskException e) when (e.Code == Errno.NoEntry)
        {
            // Somebody else was faster.
        }
        return true;
    }

    List<ObjectInfo> FirstPage(IEnumerator<ObjectInfo> walk)
    {
        // A disk that is not mounted must not look like an empty repository.
        if (!_options.CreateRoot && _disk.Stat(_root)?.Kind != DiskKind.Directory)
            throw new StoreException(
                StoreErrorKind.NotFound, $"there is no folder {_root}: is the repository's disk mounted?");
        return NextPage(walk);
    }

    static List<ObjectInfo> NextPage(IEnumerator<ObjectInfo> walk)
    {
        var page = new List<ObjectInfo>();
        while (page.Count < ListPageSize && walk.MoveNext())
            page.Add(walk.Current);
        return page;
    }

    async Task<T> RunAsync<T>(Func<T> work, ObjectKey? key, string deed, CancellationToken cancellationToken)
    {
        try
        {
            return await _scheduler.RunAsync(work, cancellationToken);
        }
        catch (DiskException e)
        {
            throw LocalErrors.Translate(e, key is { } named ? named.Value : Location, deed, key);
        }
    }

    string PathOf(ObjectKey key) => $"{_root}/{key.Value}";
}
