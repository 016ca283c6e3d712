using System.Globalization;
using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// Tells of every request when it is over: what, how many bytes, how long, and how it failed. Inside a
/// <see cref="RetryingStore"/> it tells of every attempt. Owns the store it wraps.
/// </summary>
/// <param name="trace">Called from any thread.</param>
public sealed class TracingStore(IObjectStore inner, Action<string> trace, TimeProvider time)
    : IObjectStore, IVersionedStore
{
    public string Location => inner.Location;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public IObjectVersions? Versions => inner.Versions is { } versions ? new OwnVersions(this, versions) : null;

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        TraceAsync(
            $"PUT {key}", () => inner.PutAsync(key, content, options, cancellationToken),
            outcome => outcome == PutOutcome.Stored
                ? $"{content.Sum(part => (long)part.Length)} bytes" : "was there already");

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        TraceAsync(
            range.IsWhole ? $"GET {key}" : $"GET {key} from {range.Offset}",
            () => inner.GetAsync(key, range, maxBytes, cancellationToken), buffer => $"{buffer.Length} bytes");

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        TraceAsync(
            $"STAT {key}", () => inner.StatAsync(key, cancellationToken),
            info => info is { } found ? $"{found.Size} bytes" : "not there");

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var objects = 0L;
        var isOver = false;
        try
        {
            await foreach (var info in inner.ListAsync(prefix, cancellationToken))
            {
                objects++;
                yield return info;
            }
            isOver = true;
        }
        finally
        {
            Tell($"LIST {prefix}", isOver ? $"{objects} objects" : $"ended after {objects} objects", start);
        }
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        TraceAsync(
            $"DELETE {key}",
            async () =>
            {
                await inner.DeleteAsync(key, cancellationToken);
                return true;
            },
            _ => "done");

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    async Task<T> TraceAsync<T>(string request, Func<Task<T>> call, Func<T, string> describe)
    {
        var start = time.GetTimestamp();
        try
        {
            var result = await call();
            Tell(request, describe(result), start);
            return result;
        }
        catch (StoreException e)
        {
            Tell(request, $"failed ({e.Kind}): {e.Message}", start);
            throw;
        }
    }

    void Tell(string request, string outcome, long start) => trace(string.Create(
        CultureInfo.InvariantCulture, $"{request}: {outcome}, {time.GetElapsedTime(start).TotalMilliseconds:0.0} ms"));

    sealed class OwnVersions(TracingStore store, IObjectVersions versions) : VersionsDecorator(versions)
    {
        protected override Task<T> RunAsync<T>(
            string request, Func<Task<T>> call, CancellationToken cancellationToken) =>
            store.TraceAsync(request, call, _ => "done");
    }
}
