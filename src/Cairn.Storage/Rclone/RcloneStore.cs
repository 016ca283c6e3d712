using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Storage.Rclone;

/// <summary>
/// A folder of any remote that rclone knows, through one rclone that lives as long as the store. What a remote promises
/// is less than what other stores do, and said in the capabilities: who wins a race for a name is not decided, whether
/// an object survives a power cut of the remote is the remote's affair, and of some kinds a listing may be behind.
/// </summary>
public sealed class RcloneStore : IObjectStore
{
    const int Concurrency = 8;

    static readonly ListOptions FilesOnly = new(FilesOnly: true);

    readonly RcloneLocation _parsed;
    readonly RcloneClient _client;
    readonly RcloneErrors _errors;
    readonly RcloneListing _listing;
    readonly RcloneWriter _writer;
    readonly Func<string, string?> _variable;
    volatile RcloneRemote? _remote;

    /// <param name="location">How the user wrote it.</param>
    public RcloneStore(RcloneLocation parsed, string location, StoreOptions options)
    {
        _parsed = parsed;
        Location = location;
        _variable = options.Variable;
        _client = new RcloneClient(options);
        _errors = new RcloneErrors(location, parsed);
        _listing = new RcloneListing(_client, parsed, _errors);
        _writer = new RcloneWriter(_client, parsed, location, FindAsync);
    }

    public string Location { get; }

    /// <summary>Until the remote was asked, only what every remote does.</summary>
    public StoreCapabilities Capabilities => new()
    {
        ListsWhatWasWritten = _remote?.ListsWhatWasWritten ?? false, Concurrency = Concurrency,
        HasCheapRanges = false, DecidesRaces = false, SurvivesPowerCuts = false,
    };

    /// <summary>The process, for tests that end it.</summary>
    internal RcloneProcess? Process => _client.Process;

    public async Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (options.Lock is not null)
            throw PutOptions.NoLocks(key, Location);
        return await TryAsync(key, "stored", PutIfFreeAsync, cancellationToken);

        async Task<PutOutcome> PutIfFreeAsync()
        {
            var remote = await RemoteAsync(cancellationToken);
            return await FindAsync(key, cancellationToken) is null
                ? await _writer.PutAsync(remote, key, content, cancellationToken)
                : PutOutcome.AlreadyThere;
        }
    }

    public async Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await TryAsync(
            key, "read",
            () => IsOdd(range, maxBytes)
                ? GetOddRangeAsync(key, range, maxBytes, cancellationToken)
                : GetPlainAsync(key, range, maxBytes, cancellationToken),
            cancellationToken);
    }

    public async Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await TryAsync<ObjectInfo?>(
            key, "looked at",
            async () => await FindAsync(key, cancellationToken) is { } size ? new ObjectInfo(key, size) : null,
            cancellationToken);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Invariant.That(ObjectKey.IsPrefix(prefix));
        cancellationToken.ThrowIfCancellationRequested();
        await TryAsync(key: null, "listed", () => RemoteAsync(cancellationToken), cancellationToken);
        await foreach (var info in _listing.ListAsync(prefix, cancellationToken))
            yield return info;
    }

    public async Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await TryAsync(
            key, "deleted", () => _writer.RemoveAsync(key.Value, cancellationToken), cancellationToken);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    async Task<PooledBuffer> GetPlainAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync(
                _parsed.FileSystem, key.Value, RcloneReader.ToHeader(range), cancellationToken);
            return await RcloneReader.ReadAsync(response, key, range, maxBytes, cancellationToken);
        }
        catch (Exception e) when (e is RcloneException { Status: RcloneException.NotOpened }
            || (!range.IsWhole && (e is RcloneException or HttpRequestException or IOException)))
        {
            // Remotes answer a range behind the end with all kinds of failures: the size decides what it means.
            await SliceAsync(key, range, maxBytes, cancellationToken);
            throw;
        }
    }

    // HTTP has no word for these; the size decides what they mean.
    static bool IsOdd(ByteRange range, int maxBytes) =>
        !range.IsWhole && (range.Offset < 0 || range.Length == 0 || range.Length > maxBytes
            || range.Length > long.MaxValue - range.Offset);

    async Task<PooledBuffer> GetOddRangeAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        var slice = await SliceAsync(key, range, maxBytes, cancellationToken);
        Invariant.That(slice.Length == 0);
        return BufferPool.Shared.Rent(0);
    }

    async Task<ObjectSlice> SliceAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        var size = await FindAsync(key, cancellationToken) ?? throw _errors.NotFound(key);
        return ObjectSlice.Of(key, size, range, maxBytes);
    }

    /// <summary>The size of an object; null if there is none.</summary>
    async Task<long?> FindAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _client.CallAsync(
                "operations/stat", new RemoteCall(_parsed.FileSystem, key.Value, FilesOnly),
                RcloneJson.Default.RemoteCall, RcloneJson.Default.StatAnswer, cancellationToken);
            return answer.Item is { IsDirectory: false, Size: >= 0 and var size } ? size : null;
        }
        catch (RcloneException e) when (e.IsMissing)
        {
            return null;
        }
    }

    async Task<RcloneRemote> RemoteAsync(CancellationToken cancellationToken) =>
        _remote ??= await RcloneRemote.AskAsync(_client, _parsed, _variable, cancellationToken);

    async Task<T> TryAsync<T>(
        ObjectKey? key, string deed, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (RcloneErrors.IsOurs(e, cancellationToken))
        {
            throw _errors.Translate(e, key, deed);
        }
    }
}
